// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "weft/mutex.h"

#include "cohort/base/time.h"
#include "cohort/identity/sessions.h"

namespace cohort::identity {

/// Sessions as they were a moment ago, so that a page of twenty requests asks the store once.
///
/// An answer that was read before a change must not be remembered after it: a reader takes a ticket
/// first, and forget() makes all earlier tickets worthless.
class Memory {
  public:
    explicit Memory(std::int64_t remembered_ms) : remembered_ms_(remembered_ms) {}

    using Ticket = std::uint64_t;
    Ticket ticket();

    std::optional<Session> find(std::string_view token, Instant at);
    void keep(Ticket ticket, std::string_view token, const Session& session, Instant at);
    void seen(std::string_view token, Instant at);  ///< its idle time begins anew
    void forget();

  private:
    struct Entry {
        Session session;
        Instant read_at;
    };

    std::int64_t remembered_ms_;
    weft::Mutex mutex_;
    Ticket now_ = 0;
    std::unordered_map<std::string, Entry> entries_;  // by the token's hash
};

}  // namespace cohort::identity

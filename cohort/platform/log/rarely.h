// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "weft/mutex.h"
#include "weft/time.h"

namespace cohort::log {

/// For what may happen thousands of times a second: one line for each key in a while, with how
/// often it was. Safe from any goroutine or thread.
class Rarely {
  public:
    static constexpr std::size_t keys_max = 10'000;

    explicit Rarely(weft::Duration every) : every_(every) {}

    /// It has happened once more. Shape: nothing when the key had its line within `every`; else how
    /// often it has happened since that line, this time with it.
    std::optional<std::int64_t> happens(std::string_view key);

  private:
    struct Seen {
        weft::TimePoint line{};
        std::int64_t since = 0;
    };

    void forget_past(weft::TimePoint now);

    const weft::Duration every_;
    weft::Mutex mutex_{"log: rarely"};  // guards the one below
    std::map<std::string, Seen, std::less<>> seen_;
};

}  // namespace cohort::log

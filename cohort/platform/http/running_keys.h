// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "weft/mutex.h"

#include "cohort/base/result.h"
#include "cohort/platform/http/request.h"

namespace cohort::http {

/// The Idempotency-Keys whose first request this process is answering. The store decides between
/// processes and after a crash; this one answers a repeat at once instead of making it wait.
class RunningKeys {
  public:
    /// Holds the request's key while it lives.
    class Guard {
      public:
        Guard() = default;
        Guard(Guard&& other) noexcept;
        Guard& operator=(Guard&&) = delete;
        ~Guard();

      private:
        friend class RunningKeys;
        using Key = std::tuple<std::string, std::string, std::string>;  // caller, route, key
        Guard(RunningKeys& keys, Key key) : keys_(&keys), key_(std::move(key)) {}

        RunningKeys* keys_ = nullptr;
        Key key_;
    };

    /// Shape: a guard that holds nothing when the request has no key.
    /// Errors: conflict/idempotency-running; refused/idempotency-mismatch when the running one has
    /// another body; invalid/bad-idempotency-key.
    Result<Guard> start(const Request& request);

  private:
    weft::Mutex mutex_;
    std::map<Guard::Key, const Request*> running_;
};

}  // namespace cohort::http

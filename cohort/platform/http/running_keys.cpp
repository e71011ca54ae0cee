// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/running_keys.h"

#include <mutex>
#include <utility>

#include "weft/context.h"

namespace cohort::http {

RunningKeys::Guard::Guard(Guard&& other) noexcept
    : keys_(std::exchange(other.keys_, nullptr)), key_(std::move(other.key_)) {}

RunningKeys::Guard::~Guard() {
    if (!keys_) return;
    // The caller may be unwinding from a cancel, and the key must be given back all the same.
    weft::shield([&] {
        const std::lock_guard lock{keys_->mutex_};
        keys_->running_.erase(key_);
    });
}

Result<RunningKeys::Guard> RunningKeys::start(const Request& request) {
    auto name = TRY(request.idempotency_key());
    if (!name) return Guard{};
    Guard::Key key{request.caller ? request.caller->user.text : "",
                   std::string{to_string(request.method)} + " " + request.path, std::move(*name)};
    const std::lock_guard lock{mutex_};
    const auto [it, is_first] = running_.emplace(key, &request);
    if (is_first) return Guard{*this, std::move(key)};
    if (it->second->body != request.body) {
        return refused("idempotency-mismatch",
                       "This Idempotency-Key is in use with another body. Use a fresh key for a "
                       "different request.");
    }
    return conflict("idempotency-running",
                    "The first request with this Idempotency-Key is still running. Ask again in a "
                    "moment for its answer.");
}

}  // namespace cohort::http

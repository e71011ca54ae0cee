// SPDX-License-Identifier: Apache-2.0
// Calls other servers over HTTP, and says of each what is known of its fate: a call that was not
// answered may have been carried out all the same.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cohort/base/result.h"

namespace cohort::calls {

struct Options {
    std::string authorities = {};  ///< PEM file of those who may sign certificates; empty: the
                                   ///< system's
    std::chrono::milliseconds connect_limit{5'000};
};

struct Call {
    std::string method = "GET";
    std::string url = {};
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::string body = {};  ///< sent with PUT and POST
    std::chrono::milliseconds limit{30'000};
    bool alone = false;  ///< over a connection that nobody has used before
};

enum class Fate : std::uint8_t {
    answered,
    not_sent,  ///< the other side has not got all of it: it cannot have been carried out
    unknown,   ///< all of it was handed over, and no answer came
};

/// What became of a call.
struct Called {
    Fate fate = Fate::not_sent;
    long status = 0;   ///< of an answer
    std::string body;  ///< of an answer
    std::optional<std::chrono::seconds> retry_after;
    bool was_alone = false;  ///< its connection had carried no other call
    std::string reason;      ///< why there is no answer; printable
};

/// Whether it may be called: https, or http to this very machine; with a host, without a name and
/// password in it.
bool is_callable(std::string_view url);

/// Keeps connections open for the next call to the same server. TLS 1.2 at least; a certificate
/// must be valid for its host. Follows no redirect, uses no proxy.
class Caller {
  public:
    explicit Caller(Options options);
    ~Caller();  ///< nobody may be calling any more
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;

    /// Shape:  an answer longer than `answer_max` is none: unknown.
    /// Errors: invalid/bad-url.
    /// Blocks: the goroutine, for at most `limit`.
    /// Cancels: ends the transfer at once and answers its fate: it may have become unknown.
    Result<Called> call(const Call& call);

    static constexpr std::size_t answer_max = 64 * 1024;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace cohort::calls

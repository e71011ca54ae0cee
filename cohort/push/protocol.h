// SPDX-License-Identifier: Apache-2.0
// What is said between this server and a receiver. docs/push.md is the page for who writes one.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "cohort/platform/auth/secret.h"
#include "cohort/platform/calls/calls.h"
#include "cohort/push/deliveries.h"

namespace cohort::push {

/// How a receiver is called; in tests something else than the network.
using Calling = std::function<Result<calls::Called>(const calls::Call&)>;

/// Where a delivery goes, and by what right.
struct Destination {
    std::string url;  ///< the receiver's
    auth::Secret token;
    std::chrono::milliseconds limit{30'000};
};

/// What a receiver said, or that it said nothing.
struct Said {
    enum class What : std::uint8_t {
        acknowledged,  ///< it has the report, with this digest
        absent,        ///< it has nothing of this delivery (an answer to ask() alone)
        refused,       ///< no, for good
        busy,          ///< not now: it has not taken it
        away,          ///< it got nothing of it
        silent,        ///< nobody knows
    };
    What what = What::silent;
    std::string words = {};  ///< its own, or why there are none; printable, short
    std::optional<std::chrono::seconds> wait = {};  ///< that it asks for
};

/// Hands a report over. With `alone` over a new connection: an answer that is read there cannot be
/// a late one to somebody else.
/// Errors: those of the call.
Result<Said> hand_over(const Calling& calling, const Destination& to, const DeliveryId& delivery,
                       const std::string& report, const std::string& digest, bool alone);

/// Asks what became of a delivery. Answers acknowledged, absent, refused (it has another digest) or
/// silent.
/// Errors: those of the call.
Result<Said> ask(const Calling& calling, const Destination& to, const DeliveryId& delivery,
                 const std::string& digest);

}  // namespace cohort::push

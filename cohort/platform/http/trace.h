// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cohort::http {

/// A request's place in a chain of calls over several programs. It holds hexadecimal digits alone,
/// whatever the caller sent, so it may be logged.
/// Source: W3C Trace Context, version 00.
struct Trace {
    std::string id;          ///< 32 digits: of the whole chain
    std::string span;        ///< 16 digits: of our part
    std::string parent;      ///< 16 digits: of the caller's part; empty where we begin the chain
    bool is_sampled = true;  ///< whether who began the chain records it

    /// As the next program reads it.
    std::string traceparent() const;
};

/// Our part in the caller's chain; a chain of our own without one, or where it cannot be read.
Trace trace_of(std::optional<std::string_view> traceparent);

}  // namespace cohort::http

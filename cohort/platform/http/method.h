// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cohort::http {

/// The methods this server speaks; `del` is DELETE.
enum class Method : std::uint8_t { get, head, post, put, patch, del, options };
inline constexpr std::size_t method_count = 7;

/// "GET", "DELETE" …
std::string_view to_string(Method method) noexcept;

/// Nothing for a method this server does not speak. Methods are case-sensitive (RFC 9110 §9.1).
std::optional<Method> parse_method(std::string_view word) noexcept;

/// Whether the method asks for no change of state (RFC 9110 §9.2.1), so that it needs no CSRF
/// token.
constexpr bool is_safe(Method method) noexcept {
    return method == Method::get || method == Method::head || method == Method::options;
}

}  // namespace cohort::http

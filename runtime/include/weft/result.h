// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "weft/ensure.h"

namespace weft::inline abi1 {

/// What went wrong, in ten words that map one to one to HTTP, gRPC and FHIR answers.
enum class ErrorKind {
    invalid,          ///< the input is wrong; sending it again cannot help
    unauthenticated,  ///< who are you?
    forbidden,        ///< known, but not allowed
    not_found,        ///< does not exist, or the caller may not know that it does
    conflict,         ///< somebody else changed it, or it exists already
    refused,          ///< well-formed, but a rule says no
    throttled,        ///< too much from this caller
    unavailable,      ///< a part is down or full; trying later may help
    timeout,          ///< the deadline passed
    internal,         ///< a defect of ours
};

/// The kind's stable word, as it appears in logs and answers ("not_found").
const char* to_string(ErrorKind kind) noexcept;

/// An expected failure. `code` is a stable word that programs match ("quota-full"); `text` is for
/// people and never holds patient data.
struct Error {
    ErrorKind kind = ErrorKind::internal;
    std::string code;
    std::string text;
};

/// A value or the reason why there is none. Reading the wrong side is a contract breach and ends
/// the process.
///
/// Shape: `Result<void>` carries only success. An `Error` converts to any `Result`, so `return
/// Error{...}` works.
template <class T>
class [[nodiscard]] Result {
  public:
    using value_type = T;

    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
    template <class U>
        requires(std::is_constructible_v<T, U &&> && !std::is_same_v<std::remove_cvref_t<U>, T> &&
                 !std::is_same_v<std::remove_cvref_t<U>, Error> &&
                 !std::is_same_v<std::remove_cvref_t<U>, Result>)
    Result(U&& value) : state_(std::in_place_index<0>, std::forward<U>(value)) {}

    explicit operator bool() const noexcept { return state_.index() == 0; }
    bool ok() const noexcept { return state_.index() == 0; }

    T& value() & { return checked(); }
    const T& value() const& { return const_cast<Result*>(this)->checked(); }
    T&& value() && { return std::move(checked()); }
    T& operator*() & { return checked(); }
    const T& operator*() const& { return const_cast<Result*>(this)->checked(); }
    T&& operator*() && { return std::move(checked()); }
    T* operator->() { return &checked(); }
    const T* operator->() const { return &const_cast<Result*>(this)->checked(); }

    T value_or(T other) && { return ok() ? std::move(checked()) : std::move(other); }

    const Error& error() const& {
        ENSURE(!ok(), "Result::error() of a success");
        return std::get<1>(state_);
    }
    Error&& error() && {
        ENSURE(!ok(), "Result::error() of a success");
        return std::move(std::get<1>(state_));
    }

  private:
    T& checked() {
        ENSURE(ok(), std::get<1>(state_).code.c_str());
        return std::get<0>(state_);
    }
    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
  public:
    using value_type = void;

    Result() = default;
    Result(Error error) : error_(std::move(error)), ok_(false) {}

    explicit operator bool() const noexcept { return ok_; }
    bool ok() const noexcept { return ok_; }
    void value() const { ENSURE(ok_, error_.code.c_str()); }
    const Error& error() const& {
        ENSURE(!ok_, "Result::error() of a success");
        return error_;
    }
    Error&& error() && {
        ENSURE(!ok_, "Result::error() of a success");
        return std::move(error_);
    }

  private:
    Error error_;
    bool ok_ = true;
};

template <class T>
struct IsResult : std::false_type {};
template <class T>
struct IsResult<Result<T>> : std::true_type {};

namespace detail {
template <class T>
T take(Result<T>&& result) {
    return std::move(result).value();
}
inline void take(Result<void>&&) {}
}  // namespace detail

}  // namespace weft::inline abi1

/// Gives the value of a `Result`, or returns its error from the enclosing function.
#define TRY(...)                                      \
    __extension__({                                   \
        auto try_result_ = (__VA_ARGS__);             \
        if (!try_result_) [[unlikely]]                \
            return std::move(try_result_).error();    \
        ::weft::detail::take(std::move(try_result_)); \
    })

// SPDX-License-Identifier: Apache-2.0
// What may travel through a channel, and in which shape.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weft/detail/channel_core.h"

namespace weft::inline abi1 {

/// Says that a borrowed value (a view, a span) is meant to cross goroutines, and that its owner
/// outlives every receiver.
template <class T>
struct unsafe_share {  // NOLINT(readability-identifier-naming): reads as a verb at the call
    T value;
};

namespace detail {

template <class T>
inline constexpr bool is_borrowed = std::is_reference_v<T>;
template <class C, class Traits>
inline constexpr bool is_borrowed<std::basic_string_view<C, Traits>> = true;
template <class E, std::size_t N>
inline constexpr bool is_borrowed<std::span<E, N>> = true;
template <class T>
inline constexpr bool is_borrowed<std::reference_wrapper<T>> = true;

template <class T>
inline constexpr bool check_payload() {
    static_assert(!is_borrowed<T>,
                  "a reference, string_view or span may dangle in another goroutine: send a value, "
                  "or say weft::unsafe_share<T>");
    static_assert(is_borrowed<T> || (std::is_object_v<T> && !std::is_const_v<T>),
                  "a channel carries values");
    static_assert(is_borrowed<T> || std::is_move_constructible_v<T>, "a channel moves its values");
    return true;
}

/// Values whose move may throw, and big ones, travel boxed: inside the channel nothing can fail,
/// and its lock is held for nanoseconds.
template <class T>
inline constexpr bool travels_boxed = !std::is_nothrow_move_constructible_v<T> ||
                                      !std::is_nothrow_destructible_v<T> || sizeof(T) > 256;

template <class T>
using Payload = std::conditional_t<travels_boxed<T>, std::unique_ptr<T>, T>;

template <class P>
inline constexpr ElementOps element_ops{
    sizeof(P), alignof(P),
    [](void* to, void* from) noexcept { ::new (to) P(std::move(*static_cast<P*>(from))); },
    [](void* to, void* from) noexcept {
        P* source = static_cast<P*>(from);
        ::new (to) P(std::move(*source));
        std::destroy_at(source);
    },
    std::is_trivially_destructible_v<P>
        ? nullptr
        : +[](void* element) noexcept { std::destroy_at(static_cast<P*>(element)); }};

/// Room for one received payload, empty until the channel has constructed into it.
template <class T>
class Slot {
  public:
    Slot() noexcept {}
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot() {
        if (full_) std::destroy_at(&payload_);
    }
    void* room() noexcept { return &payload_; }
    void filled() noexcept { full_ = true; }
    T&& value() noexcept {
        if constexpr (travels_boxed<T>)
            return std::move(*payload_);
        else
            return std::move(payload_);
    }

  private:
    union {
        Payload<T> payload_;
    };
    bool full_ = false;
};

}  // namespace detail
}  // namespace weft::inline abi1

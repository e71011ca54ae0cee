// SPDX-License-Identifier: Apache-2.0
// Goroutine stacks: reserved in large regions, committed by the kernel page by page, guarded at the
// low end, cached and reused hottest first. Address space is never given back; memory is (trim).
#pragma once

#include <cstddef>
#include <cstdint>

#include "weft/options.h"

namespace weft::inline abi1::detail {

inline constexpr std::size_t stack_bytes_default = 256 * 1024;
inline constexpr std::size_t stack_bytes_min = 64 * 1024;
inline constexpr std::size_t stack_bytes_max = 8 * 1024 * 1024;
inline constexpr std::size_t guard_bytes = 16 * 1024;

struct Stack {
    std::byte* low = nullptr;  ///< lowest usable address; the guard lies below
    std::uint32_t bytes = 0;   ///< usable
    std::uint8_t size_class = 0;
    Guard guard = Guard::automatic;  ///< the kind it has
};

/// Decides once which guard this kernel gives. `wanted` other than automatic forces that kind (for
/// tests); false when the kernel cannot.
bool choose_guard(Guard wanted) noexcept;
Guard chosen_guard() noexcept;

Stack take_stack(std::size_t bytes) noexcept;  // rounds up to a class
void give_stack(const Stack& stack) noexcept;

/// Whether this address lies in the guard of a stack whose usable part starts at `low`.
bool in_guard(const std::byte* low, const void* address) noexcept;

/// For stacks without a guard page: whether the pattern at the low end is whole.
bool canary_whole(const Stack& stack) noexcept;

/// Calls f(low, bytes) for all memory that goroutines' stacks are taken from. Locks nothing.
void each_stack_region(void (*f)(const std::byte*, std::size_t, void*), void* arg) noexcept;

struct StackCounts {
    std::size_t made = 0;
    std::size_t cached = 0;
};
StackCounts stack_counts() noexcept;

}  // namespace weft::inline abi1::detail

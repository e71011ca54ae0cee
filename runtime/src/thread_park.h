// SPDX-License-Identifier: Apache-2.0
// Plain threads take part in everything: each gets a pseudo-goroutine that waits on a futex.
#pragma once

#include "runtime/src/goroutine.h"

namespace weft::inline abi1::detail {

Goroutine* adopt_thread() noexcept;  ///< the calling thread's pseudo-goroutine, made once
void park_thread(Goroutine* me, void (*release)(void*) noexcept, void* arg) noexcept;
void wake_thread(Goroutine* goroutine) noexcept;
void yield_thread() noexcept;

/// Waits while *word == value, until woken or `deadline` (monotonic ns; never: INT64_MAX). May
/// return early.
void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t value,
                std::int64_t deadline) noexcept;
void futex_wake(std::atomic<std::uint32_t>& word) noexcept;

}  // namespace weft::inline abi1::detail

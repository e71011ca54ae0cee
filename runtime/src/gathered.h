// SPDX-License-Identifier: Apache-2.0
// The runtime's side of WakeTogether, for the thread that calls.
#pragma once

namespace weft::inline abi1::detail {

class Goroutine;

struct Gathered {
    /// Keeps a goroutine that is runnable now. False: this thread gathers none.
    static bool add(Goroutine* goroutine) noexcept;
    static void let_go() noexcept;
};

}  // namespace weft::inline abi1::detail

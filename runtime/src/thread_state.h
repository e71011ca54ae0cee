// SPDX-License-Identifier: Apache-2.0
// What the kernel says of a thread of this process, and what lies on its stack, seen from another
// thread and without a signal: a signal would end the very call that is to be named.
#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>

#include "runtime/src/symbolize.h"

namespace weft::inline abi1::detail {

struct ThreadState {
    bool sleeps = false;    ///< in a system call; else it runs, or waits for a processor
    std::string call;       ///< "nanosleep", or the call's number; "unknown" if the kernel hides it
    std::uintptr_t sp = 0;  ///< where its stack ends, while it sleeps; 0: unknown
    /// It waits for memory, or for a lock that the C library or a sanitizer keeps for itself: of
    /// malloc(), of a stream. The program asked for neither, and whoever holds it lost its
    /// processor.
    bool blameless = false;
    bool locks_or_starts = false;  ///< waits for a lock, or starts a thread
};
ThreadState state_of(pid_t thread);

/// How long a thread has been on a processor or waited for one, ns; 0 if the kernel does not say.
std::int64_t runnable_time(pid_t thread);

/// The return addresses that lie on a sleeping thread's stack, from `sp` up to `top`: every frame,
/// innermost first, and sometimes one of a call that has returned already. The C and C++ libraries'
/// own are left out, so the first is the place in the program.
void scan_stack(std::uintptr_t sp, std::uintptr_t top, Frames& frames);

}  // namespace weft::inline abi1::detail

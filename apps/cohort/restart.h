// SPDX-License-Identifier: Apache-2.0
// The program starts itself anew in its own process, as it lies on the disk by then and with the
// settings of then, and goes on listening on the socket it has: nobody is refused meanwhile.
#pragma once

#include "cohort/base/result.h"

namespace cohort::app {

/// Remembers how the program was started. The first thing main() does.
void remember_start(char** argv) noexcept;

/// Whether the program, as it lies on the disk now, takes the settings as they are now: asked of
/// it before the one that runs gives up its place.
/// Errors: refused/restart with what it says.
/// Blocks: the goroutine.
Result<void> check_next_program();

/// The socket that the program before, or a service manager (systemd's LISTEN_FDS), left to this
/// one; -1 where there is none. Once: nobody after us finds it.
int inherited_listener() noexcept;

/// Lets restart_if_asked() hand this socket over; -1: nothing.
void ask_for_restart(int listener) noexcept;

/// Becomes the next program if ask_for_restart() was called and all went well; then it does not
/// return. Shape: the exit code. Nothing of the runtime may be left.
int restart_if_asked(int code) noexcept;

}  // namespace cohort::app

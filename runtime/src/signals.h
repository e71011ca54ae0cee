// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace weft::inline abi1::detail {

/// SIGQUIT prints all goroutines and the program goes on; a fault in a stack's guard is reported as
/// the overflow it is; SIGPIPE is ignored. Once for the process; remove restores what was there.
void install_signals();
void remove_signals();

/// Each worker needs a stack of its own for the handler of its stack's overflow.
void install_signal_stack();
void remove_signal_stack();

}  // namespace weft::inline abi1::detail

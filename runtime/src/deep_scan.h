// SPDX-License-Identifier: Apache-2.0
// What the program can still reach, told by all of its memory. A copy of the process, taken while
// all threads stand still, is searched for addresses, as a conservative garbage collector does:
// from the variables of the program, the threads' stacks and registers and the frames of the
// goroutines that are live. What is not reached that way nobody live can use.
//
// It sees addresses only: not one that is kept in another form (packed, in the kernel, in a file).
#pragma once

#include <cstdint>
#include <memory>
#include <sys/types.h>
#include <vector>

#include "runtime/src/wait_graph.h"

namespace weft::inline abi1::detail {

class DeepScan {
  public:
    struct Wait {
        Goroutine* goroutine = nullptr;
        std::uint64_t sequence = 0;
    };
    /// Takes a copy and begins to search it. `waits` are those of parked goroutines, in the order
    /// of each_goroutine(); all other goroutines are live. The memory of the copy is the process's
    /// own until one of the two writes to it.
    ///
    /// The frames below `stack_pointer`, the caller's own, are not searched: registers must have
    /// been saved above.
    ///
    /// Blocks:  all threads, for as long as the system takes to copy the process's page tables
    ///          (about 40 ms for each GB).
    DeepScan(const std::vector<Wait>& waits, const void* stack_pointer);
    /// Ends the copy.
    ~DeepScan();
    DeepScan(const DeepScan&) = delete;
    DeepScan& operator=(const DeepScan&) = delete;

    /// By number in `waits`: those that have moved meanwhile, and so live; and those of which
    /// somebody live has an end. Each is named once. Where the process cannot be searched: nothing,
    /// and `failed()`.
    struct Found {
        std::vector<std::uint32_t> moved;
        std::vector<std::uint32_t> reached;
    };
    /// What has been found from the start.
    Found from_roots();
    /// What is found in addition when these of the waits are live, too.
    Found from(const std::vector<std::uint32_t>& live);

    /// Why nothing can be said; null: it can.
    const char* failed() const noexcept { return failed_; }

    struct Board;

  private:
    void start(const std::vector<Wait>& waits, const void* stack_pointer);
    Found take_found();

    Board* board_ = nullptr;
    std::size_t board_bytes_ = 0;
    pid_t copy_ = -1;
    const char* failed_ = nullptr;
};

}  // namespace weft::inline abi1::detail

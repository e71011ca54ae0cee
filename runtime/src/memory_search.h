// SPDX-License-Identifier: Apache-2.0
// The searching part of deep_scan.h. It runs in a copy of the process that has this one thread, in
// which malloc's locks and the runtime's may be taken for ever: nothing here uses either.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/src/deep_scan.h"
#include "runtime/src/heap_blocks.h"
#include "runtime/src/memory_map.h"
#include "runtime/src/raw_system.h"
#include "runtime/src/stopped_threads.h"

namespace weft::inline abi1::detail {

/// Memory from `low` up to, not including, `end`.
struct Range {
    std::uintptr_t low = 0;
    std::uintptr_t end = 0;
    bool has(std::uintptr_t address) const noexcept { return address >= low && address < end; }
    static Range of(const void* at, std::size_t bytes) noexcept {
        const auto low = reinterpret_cast<std::uintptr_t>(at);
        return {low, low + bytes};
    }
};

class MemorySearch {
  public:
    /// What is given to the copy.
    struct Task {
        const DeepScan::Wait* waits = nullptr;
        std::size_t count = 0;
        std::uintptr_t stack_pointer = 0;  ///< of the thread that asks
        const StoppedThreads* threads = nullptr;
        Range own;  ///< memory that is not the program's
    };
    MemorySearch(const Task& task, raw::Pile<std::uint32_t>& moved,
                 raw::Pile<std::uint32_t>& reached) noexcept
        : task_(task), moved_(moved), reached_(reached) {}

    /// Searches from the roots. False: memory cannot be read as it should.
    bool from_roots() noexcept;
    /// And from the frame of this wait.
    void from(std::uint32_t wait) noexcept;

  private:
    static constexpr std::uint32_t none = UINT32_MAX;
    struct Frame {
        Goroutine* goroutine;
        std::uintptr_t low;  ///< of the part in use
        std::uintptr_t end;
        std::uint32_t wait;  ///< none: its goroutine is live
        bool marked;
    };
    struct End {
        std::uintptr_t at;
        std::uint32_t wait;
    };

    void meet_goroutines() noexcept;
    void meet(Goroutine* goroutine, std::size_t& next) noexcept;
    bool wait_is_unchanged(const Goroutine& goroutine, std::uint64_t sequence) const noexcept;
    std::uintptr_t in_use_from(const Goroutine& goroutine, bool parked) const noexcept;
    void note_ends(const Goroutine& goroutine, std::uint32_t wait) noexcept;
    void pass_over_slab(Range range) noexcept;
    bool pass_over_block(std::uintptr_t address) noexcept;
    void cut_out_the_runtimes_own() noexcept;
    void forget_the_runtimes_own() noexcept;
    void add_mapping(const Mapping& mapping) noexcept;
    void add_threads() noexcept;
    bool runs_nothing(const StoppedThread& thread) const noexcept;
    std::uintptr_t in_use_from(const Mapping& mapping) const noexcept;
    void check_every_end_has_a_place() noexcept;

    void add_root(Range range) noexcept;
    void follow() noexcept;
    void see(std::uintptr_t word) noexcept;
    void see_block(std::uintptr_t word) noexcept;
    void mark(Frame& frame) noexcept;
    void tell_ends_in(Range range) noexcept;
    void tell_reached(std::uint32_t wait) noexcept;
    Frame* frame_of(std::uintptr_t address) noexcept;

    const Task task_;
    raw::Pile<std::uint32_t>& moved_;
    raw::Pile<std::uint32_t>& reached_;
    raw::Pile<Mapping> mappings_;
    HeapBlocks heap_;
    raw::Pile<Frame> frames_;  // by address
    Range all_frames_;         // and what lies between
    raw::Pile<std::uint32_t> frame_of_wait_;
    raw::Pile<bool> told_;  // by wait
    raw::Pile<End> ends_;   // by address
    raw::Pile<Range> roots_;
    raw::Pile<Range> to_search_;
};

}  // namespace weft::inline abi1::detail

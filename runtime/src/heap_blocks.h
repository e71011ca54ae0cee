// SPDX-License-Identifier: Apache-2.0
// The blocks that glibc's malloc has given out, found by walking its arenas: each begins with its
// size, the next stands behind it (glibc, malloc/malloc.c, "Chunk representation"; unchanged for
// twenty years). Only in a copy of the process that nobody else touches. What does not look as it
// should is no arena, and left to be searched whole.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/src/memory_map.h"

namespace weft::inline abi1::detail {

/// A block: what the program may use of it.
struct HeapBlock {
    std::uintptr_t low = 0;
    std::uintptr_t end = 0;  ///< equal to low: there is none
};

class HeapBlocks {
  public:
    /// Walks all arenas among the mappings.
    bool read(raw::Pile<Mapping>& mappings) noexcept;

    /// Whether this mapping was walked, so that only blocks in it matter.
    bool is_walked(const Mapping& mapping) const noexcept;

    /// Whether there may be one around the address.
    bool has(std::uintptr_t address) const noexcept { return address - low_ < bytes_; }
    /// The block around the address, if the program has it.
    HeapBlock around(std::uintptr_t address) noexcept;
    /// Notes that a block was seen. False: it had been.
    bool mark(const HeapBlock& block) noexcept;
    bool is_marked(const HeapBlock& block) noexcept;

  private:
    /// One contiguous run of blocks. Bits stand for 16 bytes each.
    struct Run {
        std::uintptr_t low = 0;  // the first block's header
        std::uintptr_t end = 0;  // of the last block; what follows was never given out
        std::uintptr_t mapping_low = 0;
        std::uint64_t* begins = nullptr;
        std::uint64_t* marked = nullptr;
        std::uint64_t* kept = nullptr;  // for their thread, which may be given them again
    };
    bool add_run(std::uintptr_t low, std::uintptr_t end, std::uintptr_t mapping_low) noexcept;
    void note_extent() noexcept;
    Run* run_of(std::uintptr_t address) noexcept;
    bool is_free(std::uintptr_t header, const Run& run) const noexcept;
    void find_kept(const Run& run) noexcept;
    void find_fast(std::uintptr_t arena) noexcept;
    bool is_arena(std::uintptr_t at) noexcept;
    bool is_block(std::uintptr_t low, std::uintptr_t size) noexcept;
    bool is_row_of_kept(std::uintptr_t first, unsigned count, std::uintptr_t size) noexcept;

    raw::Pile<Run> runs_;
    std::uintptr_t low_ = 0;  // of all of them, and what lies between
    std::uintptr_t bytes_ = 0;
};

}  // namespace weft::inline abi1::detail

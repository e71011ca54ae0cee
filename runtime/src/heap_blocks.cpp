// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/heap_blocks.h"

#include <algorithm>

namespace weft::inline abi1::detail {
namespace {

constexpr std::uintptr_t granule = 16;
constexpr std::uintptr_t header_bytes = 16;  // the size is its second word
constexpr std::uintptr_t least_size = 32;
constexpr std::uintptr_t flags = 7;
constexpr std::uintptr_t kept_sizes = 64;
constexpr std::uintptr_t before_in_use = 1;
constexpr std::uintptr_t arena_bytes =
    64 * 1024 * 1024;  // of those beyond the first, and aligned so

std::uintptr_t word(std::uintptr_t at) noexcept {
    return *raw::at<std::uintptr_t>(at);
}
std::uintptr_t size_at(std::uintptr_t header) noexcept {
    return word(header + sizeof(std::uintptr_t)) & ~flags;
}

// The beginning of an arena (malloc_state): its lists of small free blocks, one for each size, and
// what is left over at the end.
constexpr std::uintptr_t fast_offset = 16;
constexpr unsigned fast_sizes = 10;
constexpr std::size_t most_fast = 10'000'000;  // in a list: else it goes round
constexpr std::uintptr_t left_over_offset = fast_offset + fast_sizes * sizeof(std::uintptr_t);
constexpr std::uintptr_t arena_head_bytes = left_over_offset + sizeof(std::uintptr_t);

// Where the blocks end that begin at `low`, or 0: there is no such row of blocks. The last is what
// is left over, up to `end` at most; malloc gives whole pages back, so it ends at one.
std::uintptr_t end_of_row(std::uintptr_t low, std::uintptr_t end) noexcept {
    for (std::uintptr_t at = low; at + header_bytes < end;) {
        const auto size = size_at(at);
        if (size < least_size || size % granule != 0 || size > end - at) return 0;
        if ((at + size) % 4096 == 0 && (at + size == end || word(at + size + 8) == 0)) return at;
        at += size;
    }
    return 0;
}

bool holds(const Mapping& mapping, std::uintptr_t arena) noexcept {
    return arena >= mapping.low && arena < mapping.end && mapping.end - arena > arena_head_bytes;
}

// Its first word leads to the arena, which stands close behind the beginning of a heap, its own or
// an older one's, and leads to what is left over in one of them.
bool is_heap_of_arena(const Mapping& one, raw::Pile<Mapping>& mappings) noexcept {
    if (one.low % arena_bytes != 0) return false;
    const auto arena = word(one.low);
    if (arena % sizeof(std::uintptr_t) != 0 || arena % arena_bytes > 128) return false;
    const auto in_one = [&mappings](std::uintptr_t address) {
        return std::any_of(mappings.begin(), mappings.end(), [address](const Mapping& heap) {
            return heap.anonymous && heap.low % arena_bytes == 0 && holds(heap, address);
        });
    };
    return in_one(arena) && in_one(word(arena + left_over_offset) - arena_head_bytes);
}

void set(std::uint64_t* bits, std::uintptr_t n) noexcept {
    bits[n / 64] |= std::uint64_t{1} << (n % 64);
}
bool is_set(const std::uint64_t* bits, std::uintptr_t n) noexcept {
    return (bits[n / 64] >> (n % 64) & 1) != 0;
}

}  // namespace

bool HeapBlocks::read(raw::Pile<Mapping>& mappings) noexcept {
    for (const Mapping& one : mappings) {
        if (!one.anonymous || one.of_libc || one.low == one.end) continue;
        if (one.heap) {
            if (!add_run(one.low, one.end, one.low)) return false;
        } else if (is_heap_of_arena(one, mappings)) {
            // heap_info, and in an arena's first heap its malloc_state: the blocks begin somewhere
            // behind, at the first place from which they lead to the end.
            const auto latest = one.low + 4096 < one.end ? one.low + 4096 : one.end;
            for (auto at = one.low + 32; at < latest; at += granule)
                if (size_at(at) >= least_size && end_of_row(at, one.end) != 0) {
                    if (!add_run(at, one.end, one.low)) return false;
                    break;
                }
        }
    }
    if (runs_.failed()) return false;
    note_extent();
    for (const Run& run : runs_) find_kept(run);
    for (const Mapping& one : mappings) {
        // A thread's arena stands in its first heap; the first of all among the C library's
        // variables.
        if (one.anonymous && is_walked(one) && !one.heap && holds(one, word(one.low)))
            find_fast(word(one.low));
        else if (one.of_libc)
            for (auto at = one.low; at + arena_head_bytes <= one.end; at += sizeof(std::uintptr_t))
                find_fast(at);
    }
    return true;
}

// Text, small numbers and zeros are not between them.
void HeapBlocks::note_extent() noexcept {
    if (runs_.empty()) return;
    std::uintptr_t end = 0;
    low_ = runs_[0].low;
    for (const Run& run : runs_) {
        low_ = std::min(low_, run.low);
        end = std::max(end, run.end + header_bytes);
    }
    bytes_ = end - low_;
}

bool HeapBlocks::add_run(std::uintptr_t low, std::uintptr_t end,
                         std::uintptr_t mapping_low) noexcept {
    const auto last = end_of_row(low, end);
    if (last == 0) return true;  // no arena
    Run run{low, last, mapping_low, nullptr, nullptr, nullptr};
    const auto bytes = ((last - low) / granule / 64 + 1) * sizeof(std::uint64_t);
    run.begins = static_cast<std::uint64_t*>(raw::map(bytes, MAP_PRIVATE));
    run.marked = static_cast<std::uint64_t*>(raw::map(bytes, MAP_PRIVATE));
    run.kept = static_cast<std::uint64_t*>(raw::map(bytes, MAP_PRIVATE));
    if (run.begins == nullptr || run.marked == nullptr || run.kept == nullptr) return false;
    for (auto at = low; at < last; at += size_at(at)) set(run.begins, (at - low) / granule);
    runs_.push(run);
    return true;
}

bool HeapBlocks::is_walked(const Mapping& mapping) const noexcept {
    for (const Run& run : const_cast<raw::Pile<Run>&>(runs_))
        if (run.mapping_low == mapping.low) return true;
    return false;
}

// The last block, too, has the first word of what follows.
HeapBlocks::Run* HeapBlocks::run_of(std::uintptr_t address) noexcept {
    for (Run& run : runs_)
        if (address >= run.low && address < run.end + sizeof(std::uintptr_t)) return &run;
    return nullptr;
}

// The one behind a free block says so; those that are kept for a thread look as if in use.
bool HeapBlocks::is_free(std::uintptr_t header, const Run& run) const noexcept {
    const auto next = header + size_at(header);
    return (word(next + sizeof(std::uintptr_t)) & before_in_use) == 0 ||
           is_set(run.kept, (header - run.low) / granule);
}

bool HeapBlocks::is_block(std::uintptr_t low, std::uintptr_t size) noexcept {
    const auto header = low - header_bytes;
    const Run* run = run_of(header);
    return run != nullptr && header % granule == 0 &&
           is_set(run->begins, (header - run->low) / granule) && size_at(header) == size;
}

// A thread's cache (tcache_perthread_struct) is a block, too: how many are kept of each size, and
// the first of each. Their links are mixed with the address they stand at.
void HeapBlocks::find_kept(const Run& run) noexcept {
    for (auto at = run.low; at < run.end; at += size_at(at)) {
        if (size_at(at) != kept_sizes * (sizeof(std::uint16_t) + sizeof(std::uintptr_t)) + 16)
            continue;
        const auto low = at + header_bytes;
        const auto* counts = raw::at<std::uint16_t>(low);
        const auto firsts = low + kept_sizes * sizeof(std::uint16_t);
        bool fits = true;
        for (std::uintptr_t i = 0; fits && i < kept_sizes; ++i)
            fits = is_row_of_kept(word(firsts + i * sizeof(std::uintptr_t)), counts[i],
                                  least_size + i * granule);
        if (!fits) continue;
        for (std::uintptr_t i = 0; i < kept_sizes; ++i) {
            auto kept = word(firsts + i * sizeof(std::uintptr_t));
            for (unsigned k = 0; k < counts[i]; ++k, kept = word(kept) ^ (kept >> 12)) {
                const Run* in = run_of(kept);
                set(in->kept, (kept - header_bytes - in->low) / granule);
            }
        }
    }
}

// Small blocks that were given back look as if in use until malloc puts them together. Their links
// are mixed likewise, and lead from header to header.
void HeapBlocks::find_fast(std::uintptr_t arena) noexcept {
    if (!is_arena(arena)) return;
    for (unsigned i = 0; i < fast_sizes; ++i) {
        auto header = word(arena + fast_offset + i * sizeof(std::uintptr_t));
        while (header != 0) {
            const auto low = header + header_bytes;
            const Run* in = run_of(header);
            set(in->kept, (header - in->low) / granule);
            header = word(low) ^ (low >> 12);
        }
    }
}

bool HeapBlocks::is_arena(std::uintptr_t at) noexcept {
    const auto left_over = word(at + left_over_offset);
    bool ends_a_run = false;
    for (const Run& run : runs_) ends_a_run |= run.end == left_over;
    for (unsigned i = 0; ends_a_run && i < fast_sizes; ++i) {
        auto header = word(at + fast_offset + i * sizeof(std::uintptr_t));
        for (std::size_t count = 0; header != 0; ++count) {
            const auto low = header + header_bytes;
            if (count == most_fast || !is_block(low, least_size + i * granule)) return false;
            header = word(low) ^ (low >> 12);
        }
    }
    return ends_a_run;
}

bool HeapBlocks::is_row_of_kept(std::uintptr_t first, unsigned count,
                                std::uintptr_t size) noexcept {
    for (; count > 0; --count, first = word(first) ^ (first >> 12))
        if (!is_block(first, size)) return false;
    return first == 0;
}

HeapBlock HeapBlocks::around(std::uintptr_t address) noexcept {
    const Run* run = run_of(address);
    if (run == nullptr) return {};
    // A block has the next one's first word, and what points behind its end belongs to it, too.
    if (address < run->low + header_bytes) return {};
    auto n = (address - header_bytes - run->low) / granule;
    while (!is_set(run->begins, n)) {
        if (n % 64 == 63 && run->begins[n / 64] == 0)
            n -= 64;
        else
            --n;
    }
    const auto header = run->low + n * granule;
    const auto next = header + size_at(header);
    if (is_free(header, *run)) return {};
    // The last word is the next one's first, which that leaves to this one.
    return {header + header_bytes, next + sizeof(std::uintptr_t)};
}

bool HeapBlocks::mark(const HeapBlock& block) noexcept {
    Run* run = run_of(block.low);
    const auto n = (block.low - header_bytes - run->low) / granule;
    if (is_set(run->marked, n)) return false;
    set(run->marked, n);
    return true;
}

bool HeapBlocks::is_marked(const HeapBlock& block) noexcept {
    const Run* run = run_of(block.low);
    return is_set(run->marked, (block.low - header_bytes - run->low) / granule);
}

}  // namespace weft::inline abi1::detail

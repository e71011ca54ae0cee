// SPDX-License-Identifier: Apache-2.0
// Places are handed out block by block. When a block is used up those that were dropped are
// gathered; if these are few there is a new block, twice as large: so each search is paid for by as
// many ends. A block whose places have all been taken is closed, or the count of the taken would
// one day come round to it again.
#include "weft/detail/ends.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

namespace weft::inline abi1::detail {

namespace {
constexpr std::uint32_t first_block = 12;
}  // namespace

Ends::~Ends() {
    for (Block* block = newest_.load(std::memory_order_acquire); block != nullptr;) {
        std::destroy_n(block->places, block->size);
        ::operator delete(std::exchange(block, block->older));
    }
}

EndPlace* Ends::add_slowly() {
    const std::lock_guard guard(lock_);
    if (EndPlace* const unused = take_unused()) return unused;  // another has opened a block
    if (free_ == nullptr && gather_free() < places_ / 4 + 1)
        return add_block(std::max(first_block, places_));
    return std::exchange(free_, free_->next_free);
}

// Null, and then none is open.
EndPlace* Ends::take_unused() noexcept {
    Block* const open = open_.load(std::memory_order_relaxed);
    if (open == nullptr) return nullptr;
    const std::uint64_t before = state_.fetch_add(one_taken, std::memory_order_relaxed);
    const auto at = static_cast<std::uint32_t>(before / one_taken) - open->first_taken;
    if (at < open->size) return open->places + at;
    open_.store(nullptr, std::memory_order_relaxed);
    return nullptr;
}

// Only who was dropped is null: neither those in use nor those that nobody has had yet.
std::uint32_t Ends::gather_free() noexcept {
    std::uint32_t found = 0;
    each_place([&](const EndPlace& seen) {
        auto& place = const_cast<EndPlace&>(seen);
        Hidden<const void> dropped;
        if (!place.at.compare_exchange_strong(dropped, static_cast<const void*>(&place),
                                              std::memory_order_acquire))
            return;
        place.next_free = std::exchange(free_, &place);
        ++found;
    });
    return found;
}

// One memory for the block and its places; the first of them is the caller's. Who has taken a
// number since, and finds that it is none of the block before, comes here and gets another.
EndPlace* Ends::add_block(std::uint32_t size) {
    static_assert(sizeof(Block) % alignof(EndPlace) == 0);
    void* const memory = ::operator new(sizeof(Block) + size * sizeof(EndPlace));
    auto* const places =
        reinterpret_cast<EndPlace*>(static_cast<std::byte*>(memory) + sizeof(Block));
    std::uninitialized_default_construct_n(places, size);
    const auto taken = state_.fetch_add(one_taken, std::memory_order_relaxed) / one_taken;
    Block* const block = ::new (memory) Block{newest_.load(std::memory_order_relaxed), places, size,
                                              static_cast<std::uint32_t>(taken)};
    places_ += size;
    newest_.store(block, std::memory_order_release);
    open_.store(block, std::memory_order_release);
    return places;
}

}  // namespace weft::inline abi1::detail

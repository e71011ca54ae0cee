// SPDX-License-Identifier: Apache-2.0
// Where the ends of a channel lie, and those that share an object.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "weft/detail/hidden.h"
#include "weft/detail/spin_lock.h"

namespace weft::inline abi1::detail {

class ChannelCore;
class SharedBlock;

/// Where one end of a channel lies just now, or one Shared: one for each Sender, Receiver and
/// Shared. It is never moved, and lives as long as the channel or what is shared.
struct EndPlace {
    /// The end; the place itself: not yet; null: not any more.
    std::atomic<Hidden<const void>> at{Hidden<const void>(this)};
    union {
        ChannelCore* channel = nullptr;  ///< while there is an end
        SharedBlock* shared;             ///< likewise
        EndPlace* next_free;
    };
};

/// The ends of one side of a channel, or all that share an object: how many there are, and where.
/// There is one from the start. Making and dropping ends takes no lock but now and then.
class Ends {
  public:
    Ends() = default;
    ~Ends();
    Ends(const Ends&) = delete;
    Ends& operator=(const Ends&) = delete;

    std::uint32_t count() const noexcept {
        return static_cast<std::uint32_t>(state_.load(std::memory_order_relaxed));
    }
    /// How many places there are, for ends that are, that were and that will be.
    std::uint32_t capacity() const noexcept {
        const std::lock_guard guard(lock_);
        return places_;
    }
    EndPlace* first() noexcept { return &first_; }
    EndPlace* add() {
        Block* const open = open_.load(std::memory_order_acquire);
        if (open == nullptr) {
            state_.fetch_add(1, std::memory_order_relaxed);
            return add_slowly();
        }
        const std::uint64_t before = state_.fetch_add(one_taken + 1, std::memory_order_relaxed);
        const auto at = static_cast<std::uint32_t>(before / one_taken) - open->first_taken;
        return at < open->size ? open->places + at : add_slowly();
    }
    /// True: it was the last.
    bool drop(EndPlace* place) noexcept {
        place->at.store({}, std::memory_order_release);
        return static_cast<std::uint32_t>(state_.fetch_sub(1, std::memory_order_acq_rel)) == 1;
    }
    /// Calls f(address) for each; they may come, go and move meanwhile.
    template <class F>
    void each(F f) const {
        each_place([&](const EndPlace& place) {
            const void* const at = place.at.load(std::memory_order_relaxed).get();
            if (at != nullptr && at != &place) f(at);
        });
    }

  private:
    struct Block {
        Block* older;
        EndPlace* places;
        std::uint32_t size;
        std::uint32_t first_taken;  ///< how many had been taken when it was opened
    };
    static constexpr std::uint64_t one_taken = std::uint64_t{1} << 32;

    template <class F>
    void each_place(F f) const {
        f(first_);
        for (auto* block = newest_.load(std::memory_order_acquire); block; block = block->older)
            for (std::uint32_t i = 0; i < block->size; ++i) f(block->places[i]);
    }
    EndPlace* add_slowly();
    EndPlace* take_unused() noexcept;
    std::uint32_t gather_free() noexcept;
    EndPlace* add_block(std::uint32_t size);

    /// Below: how many ends there are. Above: how many places have been taken from open blocks.
    std::atomic<std::uint64_t> state_{1};
    std::atomic<Block*> open_{nullptr};  ///< may have places that nobody has had yet
    EndPlace first_;
    std::atomic<Block*> newest_{nullptr};
    mutable SpinLock lock_;  // for what follows, and for new blocks
    EndPlace* free_ = nullptr;
    std::uint32_t places_ = 1;
};

}  // namespace weft::inline abi1::detail

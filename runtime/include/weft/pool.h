// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "weft/detail/spin_lock.h"
#include "weft/ensure.h"
#include "weft/time.h"

namespace weft::inline abi1 {

namespace detail {
/// Which of `shards` the caller shall use: one for each worker while there are enough.
std::size_t shard_of_caller(std::size_t shards) noexcept;
}  // namespace detail

/// Objects that are dear to make and can be used again: buffers, parsers. Borrowed and given back
/// by a Loan; those that nobody has borrowed for a while are destroyed, so a rush leaves no memory
/// behind for ever.
///
/// Shape:   each worker has a shelf of its own. What lies on it for a whole `keep` becomes old, and
///          is destroyed after one more, if nobody has taken it by then (Go's victim cache, with
///          time in place of garbage collections).
/// Blocks:  never, beyond what making an object does.
/// Errors:  destroying the pool while something is borrowed is a contract breach.
/// Source:  Go package sync, Pool.
template <class T>
class Pool {
  public:
    /// `make` makes an object, as a std::unique_ptr; `clean` makes one that comes back as good as
    /// new, and drops it by throwing.
    explicit Pool(
        std::function<std::unique_ptr<T>()> make = [] { return std::make_unique<T>(); },
        std::function<void(T&)> clean = {}, Duration keep = std::chrono::seconds(1))
        : make_(std::move(make)), clean_(std::move(clean)), keep_(keep) {}
    ~Pool() {
        std::ptrdiff_t out = 0;
        for (const Shelf& shelf : shelves_) out += shelf.out.load(std::memory_order_relaxed);
        ENSURE(out == 0, "a Pool was destroyed while something of it was borrowed");
    }
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    /// A borrowed object, given back when this goes, wherever that is. Move-only.
    class [[nodiscard]] Loan {
      public:
        Loan(Loan&& other) noexcept = default;
        Loan& operator=(Loan&& other) noexcept {
            Loan taken(std::move(other));
            std::swap(pool_, taken.pool_);
            std::swap(object_, taken.object_);
            return *this;
        }
        ~Loan() {
            if (object_ != nullptr) pool_->give_back(std::move(object_));
        }
        T& operator*() const noexcept { return *object_; }
        T* operator->() const noexcept { return object_.get(); }

        /// Keeps the object for good: it does not come back.
        std::unique_ptr<T> keep() && {
            pool_->count(-1);
            return std::move(object_);
        }

      private:
        friend class Pool;
        Loan(Pool* pool, std::unique_ptr<T> object) noexcept
            : pool_(pool), object_(std::move(object)) {}
        Pool* pool_;
        std::unique_ptr<T> object_;
    };

    /// One that was given back before, from the caller's own shelf if there is any, else a new one.
    Loan borrow() {
        const std::size_t mine = detail::shard_of_caller(shelves);
        std::unique_ptr<T> object;
        for (std::size_t i = 0; i < shelves && object == nullptr; ++i)
            object = take(shelves_[(mine + i) % shelves]);
        if (object == nullptr) object = make_();
        count(1);
        return Loan(this, std::move(object));
    }

  private:
    static constexpr std::size_t shelves = 16;
    struct alignas(64) Shelf {
        detail::SpinLock lock;
        std::atomic<std::ptrdiff_t> out{0};
        std::vector<std::unique_ptr<T>> fresh;
        std::vector<std::unique_ptr<T>> old;
        TimePoint turned{};
    };

    // Nobody ever waits at a shelf: its holder may have lost its processor, even to the one who
    // waits. There are other shelves, and an object more or less is no harm.
    static std::unique_ptr<T> take(Shelf& shelf) noexcept {
        std::unique_lock guard(shelf.lock, std::try_to_lock);
        if (!guard) return nullptr;
        for (auto* objects : {&shelf.fresh, &shelf.old}) {
            if (objects->empty()) continue;
            auto object = std::move(objects->back());
            objects->pop_back();
            return object;
        }
        return nullptr;
    }

    void count(std::ptrdiff_t n) noexcept {
        shelves_[detail::shard_of_caller(shelves)].out.fetch_add(n, std::memory_order_relaxed);
    }

    void give_back(std::unique_ptr<T> object) noexcept {
        if (clean_) {
            try {
                clean_(*object);
            } catch (...) {
                object.reset();
            }
        }
        const TimePoint now = Clock::now();
        // Whoever turns his shelf turns those where nobody comes by any more.
        if (put(shelves_[detail::shard_of_caller(shelves)], object, now))
            for (Shelf& other : shelves_) put(other, object, now);
        object.reset();
        count(-1);  // last: then the pool may go
    }

    /// Whether it was time to turn the shelf.
    bool put(Shelf& shelf, std::unique_ptr<T>& object, TimePoint now) noexcept {
        std::vector<std::unique_ptr<T>> gone;  // destroyed without the lock
        std::unique_lock guard(shelf.lock, std::try_to_lock);
        if (!guard) return false;
        const bool turns = now - shelf.turned >= keep_;
        if (turns) {
            shelf.turned = now;
            gone.swap(shelf.old);
            shelf.old.swap(shelf.fresh);
        }
        if (object != nullptr) shelf.fresh.push_back(std::move(object));
        return turns;
    }

    const std::function<std::unique_ptr<T>()> make_;
    const std::function<void(T&)> clean_;
    const Duration keep_;
    Shelf shelves_[shelves];
};

}  // namespace weft::inline abi1

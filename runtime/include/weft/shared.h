// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "weft/detail/ends.h"
#include "weft/ensure.h"

namespace weft::inline abi1 {

namespace detail {

/// What is shared, and where all that share it lie. The diagnosis finds it by an address within.
class SharedBlock {
  public:
    using Destroy = void (*)(SharedBlock*) noexcept;
    SharedBlock(const SharedBlock&) = delete;
    SharedBlock& operator=(const SharedBlock&) = delete;

    EndPlace* first() noexcept { return with_block(shares_.first()); }
    EndPlace* add() { return with_block(shares_.add()); }
    void drop(EndPlace* place) noexcept {
        if (shares_.drop(place)) destroy_(this);
    }
    const Ends& shares() const noexcept { return shares_; }
    bool holds(const void* address) const noexcept {
        const auto* at = static_cast<const std::byte*>(address);
        return at >= low() && at < end_;
    }
    const std::byte* low() const noexcept { return reinterpret_cast<const std::byte*>(this); }
    const std::byte* end() const noexcept { return end_; }

  protected:
    SharedBlock(std::size_t bytes, Destroy destroy) noexcept;
    ~SharedBlock();

  private:
    friend void each_shared(void (*f)(const SharedBlock&, void*), void* arg);
    EndPlace* with_block(EndPlace* place) noexcept {
        place->shared = this;
        return place;
    }

    Ends shares_;
    const Destroy destroy_;
    const std::byte* const end_;
    SharedBlock* next_ = nullptr;
    SharedBlock** before_ = nullptr;  ///< what points to this one
};

template <class T>
struct SharedObject final : SharedBlock {
    template <class... A>
    explicit SharedObject(A&&... arguments)
        : SharedBlock(
              sizeof(SharedObject),
              [](SharedBlock* block) noexcept { delete static_cast<SharedObject*>(block); }),
          value(std::forward<A>(arguments)...) {}
    T value;
};

/// Calls f for all that are shared just now; none is destroyed meanwhile. f must not make, copy or
/// drop a Shared.
void each_shared(void (*f)(const SharedBlock&, void*), void* arg);

}  // namespace detail

/// A pointer that shares what it points to, as std::shared_ptr does, and is known to the diagnosis:
/// who waits at a channel, an event or the like that lies in a shared object is told of when all
/// that share it wait for ever, too. Of a std::shared_ptr that cannot be known.
///
/// Shape:   one allocation for the object and its bookkeeping; a pointer is two words. Null when it
///          was made without an object or has been moved from. As with std::shared_ptr, objects
///          that share each other in a circle are never destroyed.
/// Threads: copies may be used, copied and dropped at once; one and the same pointer may not.
/// Blocks:  never.
/// Errors:  using a null one is a contract breach; those of T's constructor reach the caller.
/// Example: `auto ward = Shared<Ward>::make("3 west"); go([ward] { ward->round(); });`
/// Source:  C++ [util.smartptr.shared]; Rust std::sync::Arc.
template <class T>
class Shared {
  public:
    /// Makes a T from `arguments`, shared by the pointer that is returned.
    template <class... A>
        requires std::is_constructible_v<T, A&&...>
    static Shared make(A&&... arguments) {
        auto* object = new detail::SharedObject<T>(std::forward<A>(arguments)...);
        return Shared(&object->value, object->first());
    }

    Shared() noexcept = default;
    ~Shared() { reset(); }
    Shared(Shared&& other) noexcept
        : value_(std::exchange(other.value_, nullptr)),
          place_(std::exchange(other.place_, nullptr)) {
        lies_here();
    }
    Shared(const Shared& other) : Shared(other.value_, other.add()) {}
    template <class U>
        requires std::is_convertible_v<U*, T*>
    Shared(Shared<U> other) noexcept  // NOLINT(google-explicit-constructor): as the pointer does
        : value_(std::exchange(other.value_, nullptr)),
          place_(std::exchange(other.place_, nullptr)) {
        lies_here();
    }
    /// A pointer to a part of what `whole` points to, which keeps the whole.
    template <class U>
    Shared(Shared<U> whole, T* part) noexcept
        : value_(part), place_(std::exchange(whole.place_, nullptr)) {
        whole.value_ = nullptr;
        lies_here();
    }
    Shared& operator=(const Shared& other) {
        if (this != &other) *this = Shared(other);
        return *this;
    }
    Shared& operator=(Shared&& other) noexcept {
        Shared taken(std::move(other));
        std::swap(value_, taken.value_);
        std::swap(place_, taken.place_);
        lies_here();
        taken.lies_here();
        return *this;
    }

    T& operator*() const {
        ENSURE(value_ != nullptr, "a null Shared was used");
        return *value_;
    }
    T* operator->() const { return &**this; }
    T* get() const noexcept { return value_; }
    explicit operator bool() const noexcept { return value_ != nullptr; }
    /// Shares it no longer: null from here on. The last one destroys the object.
    void reset() noexcept {
        value_ = nullptr;
        if (auto* place = std::exchange(place_, nullptr)) place->shared->drop(place);
    }
    /// How many share it just now; 0: null.
    std::uint32_t use_count() const noexcept {
        return place_ == nullptr ? 0 : place_->shared->shares().count();
    }
    template <class U>
    bool operator==(const Shared<U>& other) const noexcept {
        return get() == other.get();
    }

  private:
    template <class U>
    friend class Shared;
    Shared(T* value, detail::EndPlace* place) noexcept : value_(value), place_(place) {
        lies_here();
    }
    detail::EndPlace* add() const { return place_ == nullptr ? nullptr : place_->shared->add(); }
    void lies_here() noexcept {
        if (place_ != nullptr)
            place_->at.store(static_cast<const void*>(this), std::memory_order_relaxed);
    }
    T* value_ = nullptr;
    detail::EndPlace* place_ = nullptr;
};

}  // namespace weft::inline abi1

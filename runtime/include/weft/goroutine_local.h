// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace weft::inline abi1 {

namespace detail {

struct LocalValue {
    std::uint64_t key = 0;
    LocalValue* next = nullptr;
    void (*destroy)(LocalValue*) noexcept = nullptr;
};

std::uint64_t new_local_key() noexcept;
/// The caller's value of this key, or null.
LocalValue* find_local(std::uint64_t key) noexcept;
void add_local(LocalValue* value) noexcept;

}  // namespace detail

/// A variable of which each goroutine, and each plain thread, has its own. In place of
/// thread_local, which changes under a goroutine that wakes on another thread.
///
/// Shape:  made by the first get() of each; destroyed at the goroutine's end, the last made first,
///         before its owner hears of the end and out of reach of a cancel.
/// Errors: a destructor of a value that throws ends the process.
template <class T>
class GoroutineLocal {
  public:
    GoroutineLocal()
        requires std::is_default_constructible_v<T>
        : make_([] { return T(); }) {}
    /// `make` makes the value of each who asks for it.
    explicit GoroutineLocal(std::function<T()> make) : make_(std::move(make)) {}
    GoroutineLocal(const GoroutineLocal&) = delete;
    GoroutineLocal& operator=(const GoroutineLocal&) = delete;

    /// The caller's own. Valid until its goroutine ends, also beyond this object's life.
    T& get() {
        if (auto* found = detail::find_local(key_)) return static_cast<Stored*>(found)->value;
        auto made = std::make_unique<Stored>(make_);
        made->key = key_;
        made->destroy = [](detail::LocalValue* v) noexcept { delete static_cast<Stored*>(v); };
        detail::add_local(made.get());
        return made.release()->value;
    }
    T& operator*() { return get(); }
    T* operator->() { return &get(); }

  private:
    struct Stored : detail::LocalValue {
        explicit Stored(const std::function<T()>& make) : value(make()) {}
        T value;
    };
    const std::uint64_t key_ = detail::new_local_key();
    const std::function<T()> make_;
};

}  // namespace weft::inline abi1

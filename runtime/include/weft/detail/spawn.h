// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <source_location>
#include <type_traits>
#include <utility>

#include "weft/detail/park.h"

namespace weft::inline abi1::detail {

class ContextNode;  // context.h

/// What a goroutine starts with. `name` must outlive it (a literal) or be null.
struct SpawnSpec {
    const char* name = nullptr;
    std::source_location where = {};
    ContextNode* context =
        nullptr;  ///< its ambient context; null: the root's. The spawner keeps it alive.
    std::size_t stack_bytes = 0;  ///< 0: the default class
    bool is_main = false;         ///< the run's first
};

/// The body, type-erased: run() calls and destroys it.
struct Body {
    void (*run)(void* storage) = nullptr;
    std::size_t size = 0;
    std::size_t align = 1;
    void (*move)(void* to,
                 void* from) noexcept = nullptr;  // move-constructs and destroys the source
};

/// Makes a goroutine runnable. Its stack is taken when it first runs. From a plain thread this
/// needs a running runtime.
Goroutine* spawn_raw(const SpawnSpec& spec, const Body& body, void* closure);

/// Starts `f` as a goroutine. An exception that leaves `f` is a contract breach (Scope and friends
/// catch before).
template <class F>
Goroutine* spawn(const SpawnSpec& spec, F f) {
    static constexpr Body body{[](void* storage) {
                                   F* function = std::launder(static_cast<F*>(storage));
                                   struct Destroy {
                                       F* f;
                                       ~Destroy() { std::destroy_at(f); }
                                   } destroy{function};
                                   (*function)();
                               },
                               sizeof(F), alignof(F),
                               [](void* to, void* from) noexcept {
                                   F* source = std::launder(static_cast<F*>(from));
                                   ::new (to) F(std::move(*source));
                                   std::destroy_at(source);
                               }};
    alignas(F) std::byte storage[sizeof(F)];
    ::new (static_cast<void*>(storage)) F(std::move(f));
    return spawn_raw(spec, body, storage);
}

}  // namespace weft::inline abi1::detail

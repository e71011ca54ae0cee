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
    bool is_detached = false;     ///< nobody waits for it
};

/// The body, type-erased: run() calls and destroys it.
struct Body {
    void (*run)(void* storage) = nullptr;
    std::size_t size = 0;
    std::size_t align = 1;
    void (*make)(void* to, void* maker) noexcept = nullptr;
    void (*relocate)(void* to, void* from) noexcept = nullptr;  // move-constructs, destroys `from`
};

/// Makes a goroutine runnable, whose body is made by `maker`. Its stack is taken when it first
/// runs. From a plain thread this needs a running runtime.
Goroutine* spawn_raw(const SpawnSpec& spec, const Body& body, void* maker);

/// Starts a goroutine with the `B` that `make` returns: made where it stays, since it may hold ends
/// of channels, which know where they lie. B::run(B*) calls and destroys it; an exception that
/// leaves it is a contract breach (Scope and friends catch before).
template <class B, class Make>
Goroutine* spawn_made(const SpawnSpec& spec, Make make) {
    static constexpr Body body{
        [](void* storage) { B::run(std::launder(static_cast<B*>(storage))); }, sizeof(B),
        alignof(B),
        [](void* to, void* maker) noexcept { ::new (to) B((*static_cast<Make*>(maker))()); },
        [](void* to, void* from) noexcept {
            B* source = std::launder(static_cast<B*>(from));
            ::new (to) B(std::move(*source));
            std::destroy_at(source);
        }};
    return spawn_raw(spec, body, &make);
}

template <class F>
struct PlainBody {
    F f;

    static void run(PlainBody* body) {
        struct Destroy {
            PlainBody* body;
            ~Destroy() { std::destroy_at(body); }
        } destroy{body};
        body->f();
    }
};

/// Starts `f` as a goroutine that nobody owns.
template <class F>
Goroutine* spawn(const SpawnSpec& spec, F f) {
    return spawn_made<PlainBody<F>>(spec, [&f] { return PlainBody<F>{std::move(f)}; });
}

}  // namespace weft::inline abi1::detail

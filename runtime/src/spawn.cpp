// SPDX-License-Identifier: Apache-2.0
#include "weft/detail/spawn.h"

#include <new>

#include "weft/ensure.h"

#include "runtime/src/runtime.h"

namespace weft::inline abi1::detail {

Goroutine* spawn_raw(const SpawnSpec& spec, const Body& body, void* closure) {
    Worker* worker = this_worker();
    Runtime* runtime = worker != nullptr ? &worker->runtime : Runtime::current();
    ENSURE(runtime != nullptr, "a goroutine was started outside weft::run");
    Unwatched unwatched;
    Goroutine* g = take_goroutine();
    g->name = spec.name;
    g->spawned_at = spec.where;
    g->ambient = {};
    g->ambient.context = spec.context;
    g->note = {};
    g->no_park = 0;
    g->woke = Woke::by_peer;
    g->off.store(true, std::memory_order_relaxed);
    g->thread = nullptr;
    g->wanted_stack_bytes = spec.stack_bytes;
    g->body = &body;
    // Memory from the heap is new to ThreadSanitizer each time; a reused block is not.
    const bool fits =
        !thread_sanitizer && body.size <= sizeof g->inline_closure && body.align <= 16;
    g->closure =
        fits ? g->inline_closure
             : ::operator new(body.size, std::align_val_t{body.align < 16 ? 16 : body.align});
    body.move(g->closure, closure);
    // Off its stack and not armed: nothing can claim it until it has run and waits.
    const auto sequence = sequence_of(g->wake.load(std::memory_order_relaxed)) + 1;
    g->wake.store(sequence << wake_bits::sequence_shift, std::memory_order_release);
    g->life.store(Life::fresh, std::memory_order_release);
    publish(&g->wake);
    if (worker != nullptr) {
        worker->live.store(worker->live.load(std::memory_order_relaxed) + 1,
                           std::memory_order_relaxed);
        worker->push_fresh(g);
    } else {
        runtime->spawned_elsewhere();
        runtime->inject(g);
    }
    return g;
}

void run_body(Goroutine* g) noexcept {
    // What leaves the body here has passed every scope that could have caught it.
    g->body->run(g->closure);
    drop_locals(g);  // of a goroutine without an owner; the others have none left
    if (g->closure != g->inline_closure)
        ::operator delete(g->closure, std::align_val_t{g->body->align < 16 ? 16 : g->body->align});
    ENSURE(g->ambient.held.count == 0, "a goroutine ended while it held a lock");
}

}  // namespace weft::inline abi1::detail

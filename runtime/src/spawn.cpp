// SPDX-License-Identifier: Apache-2.0
#include "weft/detail/spawn.h"

#include <algorithm>
#include <memory>
#include <new>

#include "weft/detail/context_node.h"
#include "weft/detail/step.h"
#include "weft/ensure.h"

#include "runtime/src/runtime.h"
#include "runtime/src/trace_recorder.h"

namespace weft::inline abi1::detail {

namespace {

// Memory from the heap is new to ThreadSanitizer each time; a reused block is not.
bool fits(const Body& body) noexcept {
    return !thread_sanitizer && body.size <= sizeof(Goroutine::Fresh::closure) && body.align <= 16;
}
std::align_val_t heap_align(const Body& body) noexcept {
    return std::align_val_t{std::max<std::size_t>(body.align, 16)};
}

std::uint64_t parent_of(const Goroutine& fresh, const SpawnSpec& spec, const Worker* worker) {
    if (spec.is_main) return fresh.id;
    return worker != nullptr && worker->current != worker->idle ? worker->current->id : 0;
}

}  // namespace

namespace {

Goroutine* start(const SpawnSpec& spec, const Body& body, void* maker) {
    Worker* worker = this_worker();
    Runtime* runtime = worker != nullptr ? &worker->runtime : Runtime::current();
    ENSURE(runtime != nullptr, "a goroutine was started outside weft::run");
    Unwatched unwatched;
    Goroutine* g = take_goroutine();
    g->name = spec.name;
    g->spawned_at = spec.where;
    g->ambient = {};
    g->ambient.context = spec.context;
    g->no_park = 0;
    g->woke = Woke::by_peer;
    g->off.store(true, std::memory_order_relaxed);
    g->thread = nullptr;
    g->detached = spec.is_detached;
    g->wanted_stack_bytes = static_cast<std::uint32_t>(std::min(spec.stack_bytes, stack_bytes_max));
    auto& fresh = *std::construct_at(&g->fresh);
    fresh.parent = parent_of(*g, spec, worker);
    fresh.body = &body;
    if (fits(body))
        body.make(fresh.closure, maker);
    else
        body.make(fresh.far_closure = ::operator new(body.size, heap_align(body)), maker);
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
        trace_from_outside(TraceEvent::What::spawn, *g);
        runtime->inject(g);
    }
    return g;
}

}  // namespace

Goroutine* spawn_raw(const SpawnSpec& spec, const Body& body, void* maker) {
    Goroutine* const started = start(spec, body, maker);
    step();
    return started;
}

void run_body(Goroutine* g) noexcept {
    const Body& body = *g->fresh.body;
    const std::uint64_t parent = g->fresh.parent;
    alignas(16) std::byte here[sizeof g->fresh.closure];
    void* far = nullptr;
    if (fits(body))
        body.relocate(here, g->fresh.closure);
    else
        far = g->fresh.far_closure;
    std::construct_at(&g->begun);
    g->begun.parent = parent;
    g->begun.far_closure = far;
    g->far_closure_bytes = static_cast<std::uint32_t>(body.size);
    if (const ContextNode* context = g->ambient.context) g->begun.owner = context->owner_;
    g->life.store(Life::alive, std::memory_order_release);
    // What leaves the body here has passed every scope that could have caught it.
    body.run(far != nullptr ? far : here);
    drop_locals(g);  // of a goroutine without an owner; the others have none left
    if (far != nullptr) ::operator delete(far, heap_align(body));
    ENSURE(g->ambient.held.count == 0, "a goroutine ended while it held a lock");
}

}  // namespace weft::inline abi1::detail

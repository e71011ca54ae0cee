// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/goroutine.h"

#include <mutex>
#include <new>
#include <time.h>
#include <vector>

#include "weft/detail/spin_lock.h"

#include "runtime/src/debugger.h"
#include "runtime/src/worker.h"

namespace weft::inline abi1::detail {
namespace {

constexpr std::size_t slab_blocks = 256;
constexpr std::size_t batch = 32;

struct Slabs {
    std::mutex mutex;
    std::vector<Goroutine*> slabs;
    Goroutine* free = nullptr;  // linked by `next`
    std::uint64_t next_id = 1;
    std::atomic<std::size_t> blocks{0};
};

Slabs& slabs() noexcept {
    // Never destroyed: stale tickets may be asked until the end.
    static Slabs* one = [] {
        auto* made = new Slabs;
        show_debugger(made->slabs, slab_blocks);
        publish(made);
        return made;
    }();
    observe(one);
    return *one;
}

void grow(Slabs& s) {
    void* memory = ::operator new(slab_blocks * sizeof(Goroutine), std::align_val_t{64});
    auto* blocks = static_cast<Goroutine*>(memory);
    for (std::size_t i = slab_blocks; i-- > 0;) {
        auto* block = ::new (blocks + i) Goroutine;
        block->next = s.free;
        s.free = block;
    }
    s.slabs.push_back(blocks);
    s.blocks.fetch_add(slab_blocks, std::memory_order_relaxed);
}

// One batch from the shared list, so that spawning takes the lock once in `batch` times.
void refill(GoroutineCache& cache) noexcept {
    Slabs& s = slabs();
    std::lock_guard lock(s.mutex);
    cache.next_id = s.next_id;
    s.next_id += batch;
    for (std::size_t i = 0; i < batch; ++i) {
        if (s.free == nullptr) grow(s);
        Goroutine* block = s.free;
        s.free = block->next;
        block->next = cache.free;
        cache.free = block;
    }
    cache.count += batch;
    cache.ids_left = batch;
}

void drain(GoroutineCache& cache, std::size_t keep) noexcept {
    Slabs& s = slabs();
    std::lock_guard lock(s.mutex);
    while (cache.count > keep) {
        Goroutine* block = cache.free;
        cache.free = block->next;
        block->next = s.free;
        s.free = block;
        --cache.count;
    }
}

}  // namespace

Goroutine* take_goroutine() noexcept {
    Worker* worker = this_worker();
    GoroutineCache local;
    GoroutineCache& cache = worker != nullptr ? worker->goroutines : local;
    if (cache.free == nullptr || cache.ids_left == 0) refill(cache);
    Goroutine* block = cache.free;
    cache.free = block->next;
    --cache.count;
    block->next = nullptr;
    block->id = cache.next_id++;
    --cache.ids_left;
    if (worker == nullptr) drain(local, 0);
    return block;
}

void give_goroutine(Goroutine* block) noexcept {
    block->life.store(Life::free, std::memory_order_release);
    Worker* worker = this_worker();
    GoroutineCache local;
    GoroutineCache& cache = worker != nullptr ? worker->goroutines : local;
    block->next = cache.free;
    cache.free = block;
    ++cache.count;
    if (worker == nullptr)
        drain(local, 0);
    else if (cache.count > 8 * batch)
        drain(cache, 4 * batch);
}

void drop_goroutine_cache(GoroutineCache& cache) noexcept {
    drain(cache, 0);
}

void each_goroutine(void (*f)(Goroutine*, void*), void* arg) {
    Slabs& s = slabs();
    std::vector<Goroutine*> all;
    {
        std::lock_guard lock(s.mutex);
        all = s.slabs;
    }
    for (Goroutine* blocks : all)
        for (std::size_t i = 0; i < slab_blocks; ++i) f(blocks + i, arg);
}

bool is_still(const Goroutine* block, std::uint64_t id, Life life) noexcept {
    std::atomic_thread_fence(std::memory_order_acquire);
    return block->id == id && block->life.load(std::memory_order_relaxed) == life;
}

SlabsHeld::SlabsHeld() {
    slabs().mutex.lock();
}
SlabsHeld::~SlabsHeld() {
    slabs().mutex.unlock();
}

void each_slab(void (*f)(Goroutine*, std::size_t, void*), void* arg) noexcept {
    for (Goroutine* blocks : slabs().slabs) f(blocks, slab_blocks, arg);
}

std::size_t goroutine_blocks() noexcept {
    return slabs().blocks.load(std::memory_order_relaxed);
}

std::byte* self_stack_low() noexcept {
    return self()->stack.low;
}

std::int64_t coarse_now() noexcept {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

bool is_parked(const Goroutine* goroutine) noexcept {
    const auto word = goroutine->wake.load(std::memory_order_acquire);
    return (word & wake_bits::armed) != 0 && goroutine->off.load(std::memory_order_acquire);
}

bool hold_wait(Goroutine* goroutine) noexcept {
    using namespace wake_bits;
    auto word = goroutine->wake.load(std::memory_order_acquire);
    while ((word & armed) != 0) {
        if ((word & inspecting) != 0)  // by somebody else, for a moment
            word = goroutine->wake.load(std::memory_order_acquire);
        else if (goroutine->wake.compare_exchange_weak(
                     word, word | inspecting, std::memory_order_acq_rel, std::memory_order_acquire))
            return true;
    }
    return false;
}

bool begin_inspection(Goroutine* goroutine) noexcept {
    if (!hold_wait(goroutine)) return false;
    // Armed and held: from here on it cannot run. If it is still on its way off, let it go.
    if (goroutine->off.load(std::memory_order_acquire)) return true;
    end_inspection(goroutine);
    return false;
}

void end_inspection(Goroutine* goroutine) noexcept {
    publish(&goroutine->wake);  // who claims the wait next comes after all that was read
    goroutine->wake.fetch_and(~wake_bits::inspecting, std::memory_order_acq_rel);
}

}  // namespace weft::inline abi1::detail

// SPDX-License-Identifier: Apache-2.0
// A worker's tick moves whenever it chooses a goroutine. One whose tick has stood still for
// `patience` while it runs one is looked at: its thread sleeps in the kernel (the goroutine has
// blocked it), or it runs or would like to (the goroutine computes; nobody is blamed, the machine
// may be busy). The workers themselves pay nothing for this: what is read they write anyway.
//
// Each blocked worker is replaced by a spare, so that as many run as were asked for. One that
// computes needs its processor itself: it gets a replacement only when it has computed for long and
// nobody else is left to run the others. Spares steal the held workers' queues and fire their
// timers as any worker does.
#include "runtime/src/watchman.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <system_error>

#include "runtime/src/runtime.h"
#include "runtime/src/thread_park.h"

namespace weft::inline abi1::detail {
namespace {

// From the start of a blocking call to the report: at most the two together, and what the machine
// lets the watchman wait.
constexpr std::int64_t patience = 4'000'000;
constexpr std::int64_t look_every = 2'000'000;
static_assert(patience + look_every < 10'000'000, "who blocks a worker is found within 10 ms");
// A spare beside one that computes means two threads where one was asked for: locks that were never
// contended become so. Few compute for so long, and others want timers and I/O before people
// notice.
constexpr std::int64_t compute_patience = 100'000'000;
constexpr int idle_looks = 5;  // with all workers asleep, until there is nothing to watch

// Set by the worker without a fence. A stale answer costs one look.
Goroutine* running_on(const Worker& worker) noexcept {
    return __atomic_load_n(&worker.current, __ATOMIC_RELAXED);
}

std::string place(const std::source_location& where) {
    return std::string(where.file_name()) + ":" + std::to_string(where.line());
}

}  // namespace

Watchman::Watchman(Runtime& runtime, void (*serve)(Worker&))
    : runtime_(runtime), serve_(serve), seen_(runtime.workers.most()) {
    runtime_.helper_threads.fetch_add(1);
    thread_ = std::thread([this] { watch(); });
}

void Watchman::end() {
    state_.store(ends, std::memory_order_seq_cst);
    futex_wake(state_);
    thread_.join();
    runtime_.helper_threads.fetch_sub(1);
    for (Spare& spare : spare_)
        if (spare.thread.joinable()) spare.thread.join();
}

void Watchman::watch() {
    int idle = 0;
    while (state_.load(std::memory_order_acquire) != ends) {
        futex_wait(state_, watches, machine_now() + look_every);
        look(machine_now());
        idle = runtime_.all_asleep() ? idle + 1 : 0;
        if (idle < idle_looks) continue;
        doze();
        idle = 0;
    }
}

// Says that it dozes and then looks at the workers once more; a worker wakes and then asks whether
// the watchman dozes: one of the two sees the other.
void Watchman::doze() noexcept {
    std::uint32_t expected = watches;
    if (!state_.compare_exchange_strong(expected, dozes, std::memory_order_seq_cst)) return;
    while (state_.load(std::memory_order_acquire) == dozes && runtime_.all_asleep())
        futex_wait(state_, dozes, TimerHeap::never);
    expected = dozes;
    state_.compare_exchange_strong(expected, watches, std::memory_order_seq_cst);
}

void Watchman::wake_up() noexcept {
    std::uint32_t expected = dozes;
    if (state_.compare_exchange_strong(expected, watches, std::memory_order_seq_cst))
        futex_wake(state_);
}

void Watchman::look(std::int64_t now) {
    unsigned blocked = 0;
    unsigned computing = 0;
    const std::size_t n = runtime_.workers.size();
    for (std::size_t i = 0; i < n; ++i) {
        judge(*runtime_.workers[i], seen_[i], now);
        blocked += seen_[i].doing == Doing::blocks ? 1 : 0;
        computing += seen_[i].doing == Doing::computes ? 1 : 0;
    }
    const unsigned base = runtime_.base_workers;
    const unsigned for_the_others = computing >= base ? computing + 1 - base : 0;
    want_spares(std::min(spares, blocked + for_the_others));
    if (!runtime_.options.diagnosis) return;
    // Last, because it takes its time: the others go on meanwhile.
    for (std::size_t i = 0; i < n; ++i)
        if (seen_[i].doing == Doing::blocks && !seen_[i].told && !seen_[i].state.blameless)
            tell(*runtime_.workers[i], seen_[i]);
}

// blocking_here() says itself that it may hold its worker up: whoever is still in the same call
// needs no look at what its thread does, and is not blamed.
bool Watchman::in_call_here(const Worker& worker, Seen& seen) noexcept {
    const std::uint32_t calls = worker.calls_here.load(std::memory_order_relaxed);
    const bool inside = calls % 2 != 0;
    if (calls != seen.calls_here) {
        seen.calls_here = calls;
        seen.doing = Doing::works;
    } else if (inside) {
        seen.doing = Doing::blocks;
        seen.state.blameless = true;
    }
    return inside;
}

void Watchman::judge(const Worker& worker, Seen& seen, std::int64_t now) const {
    const pid_t thread = worker.tid.load(std::memory_order_acquire);
    const Goroutine* goroutine = thread != 0 ? running_on(worker) : nullptr;
    if (goroutine == nullptr || goroutine == worker.idle) {
        seen = {};
        return;
    }
    const std::uint32_t tick = worker.tick.load(std::memory_order_relaxed);
    if (tick != seen.tick || goroutine != seen.goroutine) {
        seen = {};
        seen.tick = tick;
        seen.goroutine = goroutine;
        seen.calls_here = worker.calls_here.load(std::memory_order_relaxed);
        seen.since = now;
        return;
    }
    if (in_call_here(worker, seen)) return;
    if (seen.measured_at == 0) {
        seen.runnable = runnable_time(thread);
        seen.measured_at = machine_now();
    }
    if (now - std::max(seen.since, seen.judged_at) < patience) return;
    // The state first: the kernel brings the count up to date only when the thread leaves its
    // processor, and of one that sleeps it is exact.
    const std::int64_t measured_to = machine_now();
    seen.state = state_of(thread);
    const std::int64_t runnable = runnable_time(thread);
    // Many short calls with work between them do not hold the worker up more than work would.
    const bool mostly_ran = runnable - seen.runnable > (measured_to - seen.measured_at) / 2;
    seen.doing = seen.state.sleeps && !mostly_ran       ? Doing::blocks
                 : now - seen.since >= compute_patience ? Doing::computes
                                                        : Doing::works;
    seen.judged_at = now;
    // The watchman itself may have been kept from its processor: a span that is longer than what
    // was counted in it would look like sleep.
    seen.measured_at = machine_now();
    seen.runnable = runnable;
}

// Once for each place. The stack is read while the thread sleeps; if it turns out to have gone on
// meanwhile, nothing is said: there is another look.
void Watchman::tell(const Worker& worker, Seen& seen) {
    const Goroutine& g = *seen.goroutine;
    Frames frames;
    const auto top = reinterpret_cast<std::uintptr_t>(g.stack.low) + g.stack.bytes;
    scan_stack(seen.state.sp, top, frames);
    std::string text = "weft: SMELL: goroutine " + std::to_string(g.id);
    if (g.name != nullptr) text += std::string(" \"") + g.name + "\"";
    text += " blocks its worker in a system call (" + seen.state.call +
            "); weft::blocking() is for that. Spare workers help out.\n";
    if (g.spawned_at.line() != 0) text += "    started at " + place(g.spawned_at) + '\n';
    auto key = reinterpret_cast<std::uintptr_t>(g.spawned_at.file_name()) + g.spawned_at.line();
    const ThreadState after = state_of(worker.tid.load(std::memory_order_acquire));
    if (!after.sleeps || after.sp != seen.state.sp || running_on(worker) != seen.goroutine ||
        worker.tick.load(std::memory_order_acquire) != seen.tick)
        return;
    seen.told = true;
    if (frames.count > 0) key = frames.pc[0];
    // A lock of weft's own whose holder has lost its processor, or a thread that it starts. Other
    // calls are never weft's: it would be a frame that is left over.
    if (seen.state.locks_or_starts && frames.count > 0 && is_runtime_code(frames.pc[0])) return;
    if (!told_.insert(key).second) return;
    if (frames.count > 0) text += "    stack, as far as it can be read:\n" + symbolize(frames);
    if (runtime_.options.on_blocked_worker) return runtime_.options.on_blocked_worker(text);
    std::fputs(text.c_str(), stderr);
    std::fflush(stderr);
}

void Watchman::want_spares(unsigned wanted) {
    const unsigned before = wanted_.exchange(wanted, std::memory_order_seq_cst);
    if (wanted < before) runtime_.wake_all();  // those too many, should they sleep
    reap_spares();
    for (unsigned i = 0; i < wanted; ++i)
        if (!spare_[i].thread.joinable()) start(spare_[i]);
}

// Counted before it is there, and (reap_spares) until it has gone: who judges whether anything can
// still happen, and whether there are threads that weft did not start, must not be off by one.
void Watchman::start(Spare& spare) {
    if (spare.worker == nullptr) spare.worker = &runtime_.add_worker();
    spare.serving.store(true, std::memory_order_relaxed);
    runtime_.helper_threads.fetch_add(1);
    runtime_.count_thread(1);
    try {
        spare.thread = std::thread([this, &spare] {
            serve_(*spare.worker);
            spare.serving.store(false, std::memory_order_release);
        });
    } catch (const std::system_error&) {  // no thread to be had now: the next look tries again
        gone();
    }
}

void Watchman::gone() {
    runtime_.helper_threads.fetch_sub(1);
    runtime_.count_thread(-1);
    // The others may have fallen asleep while it was still counted: somebody must look again
    // whether that is for ever.
    runtime_.wake_one();
}

void Watchman::reap_spares() {
    for (Spare& spare : spare_) {
        if (!spare.thread.joinable() || spare.serving.load(std::memory_order_acquire)) continue;
        spare.thread.join();
        gone();
    }
}

bool Watchman::surplus(const Worker& worker) const noexcept {
    return worker.index - runtime_.base_workers >= wanted_.load(std::memory_order_seq_cst);
}

}  // namespace weft::inline abi1::detail

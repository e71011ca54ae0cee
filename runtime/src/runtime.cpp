// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/runtime.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include "weft/ensure.h"
#include "weft/no_park.h"
#include "weft/run.h"
#include "weft/sim.h"

#include "runtime/src/diagnosing.h"
#include "runtime/src/environment.h"
#include "runtime/src/report.h"
#include "runtime/src/signals.h"
#include "runtime/src/thread_park.h"
#include "runtime/src/thread_timers.h"

namespace weft::inline abi1::detail {

namespace {
std::atomic<Runtime*> current_runtime{nullptr};

// Processors this process may use: its affinity mask, narrowed by the cgroup's quota.
unsigned usable_processors() noexcept {
    cpu_set_t set;
    unsigned n = 1;
    if (sched_getaffinity(0, sizeof set, &set) == 0) n = static_cast<unsigned>(CPU_COUNT(&set));
    if (FILE* f = std::fopen("/sys/fs/cgroup/cpu.max", "re")) {
        long quota = 0;
        long period = 0;
        if (std::fscanf(f, "%ld %ld", &quota, &period) == 2 && quota > 0 && period > 0)
            n = std::min(n, static_cast<unsigned>(std::max(1L, (quota + period - 1) / period)));
        std::fclose(f);
    }
    return std::max(1U, n);
}

// The bounds of the calling thread's stack, which AddressSanitizer wants at every switch to it.
void describe_thread_stack([[maybe_unused]] Fiber& fiber) noexcept {
#if defined(WEFT_ASAN)
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return;
    void* low = nullptr;
    std::size_t bytes = 0;
    pthread_attr_getstack(&attributes, &low, &bytes);
    pthread_attr_destroy(&attributes);
    fiber.stack_low = static_cast<std::byte*>(low);
    fiber.stack_bytes = bytes;
#endif
}

void become(Worker& worker) noexcept {
    worker.idle = self();
    describe_thread_stack(worker.idle->fiber);
#if defined(WEFT_TSAN)
    worker.idle->fiber.tsan = __tsan_get_current_fiber();
    worker.nursery = __tsan_create_fiber(0);
    excuse_thread_locals();
#endif
    worker.idle->name = "worker";
    worker.current = worker.idle;
    worker.exceptions = thread_exceptions();
    worker.thread = pthread_self();
    worker.tid.store(gettid(), std::memory_order_release);
    set_this_worker(&worker);
    install_signal_stack();
}

void resign(Worker& worker) noexcept {
#if defined(WEFT_TSAN)
    __tsan_destroy_fiber(worker.nursery);
#endif
    worker.tid.store(0, std::memory_order_release);
    worker.idle->name = "thread";
    drop_goroutine_cache(worker.goroutines);
    while (worker.stack_count > 0) give_stack(worker.stacks[--worker.stack_count]);
    remove_signal_stack();
    set_this_worker(nullptr);
}

void serve(Worker& worker) {
    become(worker);
    worker.run();
    resign(worker);
}
}  // namespace

std::uint32_t Runtime::next_number() noexcept {
    static std::atomic<std::uint32_t> last{0};
    return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

Runtime* Runtime::current() noexcept {
    return current_runtime.load(std::memory_order_acquire);
}

Runtime::Runtime(const Options& wanted, std::unique_ptr<SimDriver> driver)
    : options(with_environment(wanted)),
      sim(std::move(driver)),
      base_workers(sim                    ? 1
                   : options.workers != 0 ? options.workers
                                          : usable_processors()),
      workers(base_workers + Watchman::spares),
      started_(base_workers) {
    ENSURE(choose_guard(options.guard),
           "this kernel cannot give the kind of guard that was asked for");
    for (unsigned i = 0; i < base_workers; ++i) add_worker();
    Runtime* none = nullptr;
    ENSURE(current_runtime.compare_exchange_strong(none, this), "weft::run inside weft::run");
    diagnosing.store(options.diagnosis, std::memory_order_relaxed);
    if (options.signals) install_signals();
}

Worker& Runtime::add_worker() {
    Unwatched unwatched;  // goroutines that are there already will run on it
    const auto i = static_cast<unsigned>(workers.size());
    const bool keeps_readied = !sim && !(options.migrate_always && base_workers > 1);
    auto worker = std::make_unique<Worker>(*this, i, keeps_readied);
    worker->sights.resize(workers.most());
    worker->random =
        0x9e37'79b9'7f4a'7c15ULL * (i + 1) ^ (sim ? 1 : static_cast<std::uint64_t>(machine_now()));
    workers.add(std::move(worker));
    return *workers[i];
}

Runtime::~Runtime() {
    if (options.signals) remove_signals();
    diagnosing.store(true, std::memory_order_relaxed);
    current_runtime.store(nullptr, std::memory_order_release);
}

int Runtime::run(const Body& body, void* closure) {
    Worker& first = *workers[0];
    become(first);
    SpawnSpec spec;
    spec.name = "main";
    spec.is_main = true;
    spawn_raw(spec, body, closure);
    if (!sim) watchman_ = std::make_unique<Watchman>(*this, &serve);
    if (!sim && options.diagnosis && options.stuck_after.count() > 0)
        stuck_ = std::make_unique<StuckWatch>(*this);
    for (std::size_t i = 1; i < base_workers; ++i)
        threads_.emplace_back([this, i] { serve(*workers[i]); });
    first.run();
    stuck_.reset();
    if (watchman_ != nullptr) watchman_->end();
    for (auto& worker : workers) observe(&worker->live);
    blocking_.reset();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
    resign(first);
    const int code = code_.load(std::memory_order_acquire);
    // With no goroutine left, what is left of timers belongs to somebody who outlives the run. Of
    // goroutines that were left behind nothing may happen any more.
    const auto rest =
        code == 0 && !sim ? ThreadTimers::Rest::goes_on : ThreadTimers::Rest::never_fires;
    for (auto& worker : workers) thread_timers().take_over(worker->timers, rest);
    return code;
}

void Runtime::inject(Goroutine* goroutine) noexcept {
    if (sim) return sim->make_runnable(goroutine);
    goroutine->next = nullptr;
    inject(goroutine, goroutine, 1);
}

void Runtime::inject(Goroutine* first, Goroutine* last, std::uint32_t count) noexcept {
    {
        std::lock_guard lock(injected_mutex_);
        (injected_tail_ != nullptr ? injected_tail_->next : injected_head_) = first;
        injected_tail_ = last;
        injected_count_.fetch_add(count, std::memory_order_seq_cst);
    }
    // Nobody may be looking at all: unlike a worker's own queue, nobody owns this one.
    for (; count > 0 && sleepers_.load(std::memory_order_seq_cst) != 0; --count) wake_sleeper();
}

Goroutine* Runtime::take_injected(const Worker& by) noexcept {
    if (!has_injected()) return nullptr;
    std::lock_guard lock(injected_mutex_);
    Goroutine* first = injected_head_;
    // Where migration is forced, whoever woke a goroutine leaves it to the others.
    if (first == nullptr || first->last_worker == by.index) return nullptr;
    first->last_worker = no_worker;
    injected_head_ = first->next;
    if (injected_head_ == nullptr) injected_tail_ = nullptr;
    first->next = nullptr;
    injected_count_.fetch_sub(1, std::memory_order_seq_cst);
    return first;
}

std::int64_t Runtime::earliest_timer() const noexcept {
    std::int64_t earliest = TimerHeap::never;
    for (const auto& worker : workers) earliest = std::min(earliest, worker->timers.earliest());
    return earliest;
}

std::int64_t Runtime::live() const noexcept {
    std::int64_t sum = foreign_live_.load(std::memory_order_relaxed);
    for (const auto& worker : workers) sum += worker->live.load(std::memory_order_acquire);
    return sum;
}

BlockingPool& Runtime::blocking() {
    std::call_once(blocking_once_, [this] {
        blocking_ = std::make_unique<BlockingPool>(*this, options.blocking_max);
    });
    return *blocking_;
}

std::size_t Runtime::foreign_threads() const noexcept {
    std::size_t all = 0;
    if (DIR* tasks = opendir("/proc/self/task")) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this call's own
        while (const dirent* entry = readdir(tasks))
            if (entry->d_name[0] != '.') ++all;
        closedir(tasks);
    }
    std::size_t ours =
        base_workers + helper_threads.load() + pinned_threads().load() + thread_timers().threads();
#if defined(WEFT_TSAN)
    ours += 1;  // its background thread
#endif
    return all > ours ? all - ours : 0;
}

void Runtime::main_ended() noexcept {
    grace_until_ = monotonic_now() + options.grace.count();
    main_ended_.store(true, std::memory_order_release);
}

std::int64_t Runtime::check_end(std::int64_t now) noexcept {
    if (live() == 0) {
        stop(0);
        return 0;
    }
    if (stopping.load(std::memory_order_acquire)) return 0;
    if (now >= grace_until_) {
        if (survivors_said_.exchange(true)) return 0;  // another worker is at it
        Report report;
        report.certainty = Certainty::likely;  // they may only have needed longer
        report.finding = Finding::leak;
        report.sentence = "main has ended, and these goroutines were left behind";
        add_all_goroutines(report);
        tell(report, Action::report);
        stop(1);
        return 0;
    }
    return grace_until_;
}

void Runtime::stop(int code) noexcept {
    bool expected = false;
    if (!stopping.compare_exchange_strong(expected, true)) return;
    code_.store(code, std::memory_order_release);
    if (code != 0) abandon_goroutines();
    wake_all();
}

int run_raw(const Options& options, const Body& body, void* closure) {
    Runtime runtime(options);
    return runtime.run(body, closure);
}

int run_simulated(std::uint64_t seed, const Options& options, const Body& body, void* closure) {
    Runtime runtime(options, std::make_unique<SimDriver>(seed));
    return runtime.run(body, closure);
}

SimDriver* this_simulation() noexcept {
    Worker* worker = this_worker();
    return worker != nullptr ? worker->runtime.sim.get() : nullptr;
}

void main_ended() noexcept {
    Runtime::current()->main_ended();
}

}  // namespace weft::inline abi1::detail

namespace weft::inline abi1 {

Stats stats() noexcept {
    Stats s;
    const auto stacks = detail::stack_counts();
    s.stacks_made = stacks.made;
    s.stacks_cached = stacks.cached;
    if (detail::Runtime* runtime = detail::Runtime::current()) {
        s.workers = runtime->base_workers;
        s.spare_workers = runtime->spares();
        s.goroutines = runtime->live();
        s.waiting_for_io = runtime->poller.waiting();
        s.blocking_calls = runtime->blocking_active.load(std::memory_order_relaxed);
    }
    return s;
}

std::uint64_t sim::current_seed() noexcept {
    const detail::SimDriver* simulation = detail::this_simulation();
    return simulation != nullptr ? simulation->seed() : 0;
}

NoPark::NoPark() noexcept {
    ++detail::self()->no_park;
}
NoPark::~NoPark() {
    --detail::self()->no_park;
}

}  // namespace weft::inline abi1

// SPDX-License-Identifier: Apache-2.0
// The clock side of the seam.
#include <time.h>

#include "weft/cancelled.h"
#include "weft/time.h"

#include "runtime/src/runtime.h"
#include "runtime/src/thread_timers.h"

namespace weft::inline abi1 {
namespace detail {

std::int64_t machine_now() noexcept {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

std::int64_t monotonic_now() noexcept {
    Worker* worker = this_worker();
    if (worker != nullptr && worker->runtime.sim) return worker->runtime.sim->now();
    return machine_now();
}

void start_timer(Timer& timer) noexcept {
    Worker* worker = this_worker();
    if (worker == nullptr) return thread_timers().start(timer);
    Unwatched unwatched;
    worker->timers.start(timer);
    // Somebody asleep until later must look again; a worker that is awake will.
    Runtime& runtime = worker->runtime;
    if (timer.when.time_since_epoch().count() < runtime.sleep_deadline()) runtime.wake_one();
}

bool stop_timer(Timer& timer) noexcept {
    Unwatched unwatched;
    if (this_worker() == nullptr) return thread_timers().stop(timer);
    return TimerHeap::stop(timer);
}

namespace {
struct Alarm : Timer {
    Ticket ticket;
};

void ring(Timer* timer) noexcept {
    const Ticket ticket = static_cast<Alarm*>(timer)->ticket;
    if (claim(ticket)) ready(ticket.goroutine);
}
}  // namespace

}  // namespace detail

Clock::time_point Clock::now() noexcept {
    return time_point(std::chrono::nanoseconds(detail::monotonic_now()));
}

std::chrono::sys_time<std::chrono::milliseconds> wall_now() noexcept {
    using namespace std::chrono;
    if (const detail::SimDriver* simulation = detail::this_simulation()) {
        // A simulated run begins at a fixed date, so that what it writes can be compared byte by
        // byte.
        constexpr auto begin = sys_days{year{2026} / January / 1};
        return begin + duration_cast<milliseconds>(
                           nanoseconds(simulation->now() + simulation->wall_offset));
    }
    return floor<milliseconds>(system_clock::now());
}

void sleep_until(TimePoint when, std::source_location where) {
    using namespace detail;
    Alarm alarm;
    alarm.when = when;
    alarm.fire = &ring;
    alarm.ticket = arm({WaitKind::sleep, nullptr, nullptr, where});
    start_timer(alarm);
    const Woke woke = park();
    stop_timer(alarm);
    if (woke == Woke::interrupted) throw_cancelled();
}

void sleep(Duration duration, std::source_location where) {
    sleep_until(Clock::now() + duration, where);
}

}  // namespace weft::inline abi1

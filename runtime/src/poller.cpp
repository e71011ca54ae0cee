// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/poller.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <limits>
#include <mutex>
#include <span>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <vector>

#include "weft/ensure.h"

#include "runtime/src/runtime.h"

namespace weft::inline abi1::detail {

namespace {
// Entries of all runtimes of this process. Never unmapped: an event may still name one that was
// given back, and its generation says so.
struct EntryPool {
    std::mutex mutex;
    PollEntry* free = nullptr;
};
EntryPool& entry_pool() noexcept {
    static EntryPool* one = new EntryPool;
    return *one;
}

PollEntry* take_entry() {
    EntryPool& pool = entry_pool();
    std::lock_guard lock(pool.mutex);
    if (pool.free == nullptr) {
        constexpr std::size_t many = 64;
        auto* entries = new PollEntry[many];
        for (std::size_t i = 0; i < many; ++i) {
            entries[i].next = pool.free;
            pool.free = &entries[i];
        }
    }
    PollEntry* entry = pool.free;
    pool.free = entry->next;
    return entry;
}

// An epoll event carries 64 bits: the entry's address (48 of them) and the low bits of its
// generation.
std::uint64_t pack(const PollEntry* entry) noexcept {
    return (static_cast<std::uint64_t>(entry->generation & 0xffff) << 48) |
           (reinterpret_cast<std::uint64_t>(entry) & 0xffff'ffff'ffffULL);
}

bool has_context_cancel() noexcept {
    const Ambient& a = ambient(self());
    return a.cancelled != nullptr && a.cancelled->load(std::memory_order_acquire);
}

struct DeadlineAlarm : Timer {
    PollEntry* entry = nullptr;
    Direction direction = Direction::read;
    Ticket ticket;
};

void deadline_passed(Timer* timer) noexcept {
    auto* alarm = static_cast<DeadlineAlarm*>(timer);
    Goroutine* waiter = nullptr;
    {
        std::lock_guard lock(alarm->entry->lock);
        auto& side = alarm->entry->side[static_cast<int>(alarm->direction)];
        if (side.waiting && side.ticket.sequence == alarm->ticket.sequence && claim(side.ticket)) {
            side.waiting = false;
            side.timed_out = true;
            waiter = alarm->ticket.goroutine;
        }
    }
    if (waiter != nullptr) ready(waiter);
}

void unlock_entry(void* entry) noexcept {
    static_cast<PollEntry*>(entry)->lock.unlock();
}
}  // namespace

Poller::Poller()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    ENSURE(epoll_ >= 0 && event_ >= 0, "no descriptors left for the poller");
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = 0;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, event_, &event);
}

Poller::~Poller() {
    ::close(event_);
    ::close(epoll_);
}

PollEntry* Poller::add(int fd) {
    Unwatched unwatched;
    PollEntry* entry = take_entry();
    std::lock_guard lock(entry->lock);
    entry->closed = false;
    entry->fd = fd;
    entry->side[0] = entry->side[1] = {};
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.u64 = pack(entry);
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) {
        ENSURE(errno != EEXIST, "a descriptor is watched twice");
        // A descriptor that cannot be polled (a regular file) is always ready.
        entry->side[0].ready = entry->side[1].ready = true;
    }
    entries_.fetch_add(1, std::memory_order_acq_rel);
    return entry;
}

void Poller::close(PollEntry* entry) noexcept {
    Unwatched unwatched;
    std::array<Goroutine*, 2> waiters{};
    {
        std::lock_guard lock(entry->lock);
        if (entry->closed) return;
        entry->closed = true;
        epoll_ctl(epoll_, EPOLL_CTL_DEL, entry->fd, nullptr);
        for (int i = 0; i < 2; ++i) {
            auto& side = entry->side[i];
            if (side.waiting && claim(side.ticket)) waiters[i] = side.ticket.goroutine;
            side.waiting = false;
        }
    }
    for (Goroutine* waiter : waiters)
        if (waiter != nullptr) ready(waiter);
}

void Poller::remove(PollEntry* entry) noexcept {
    Unwatched unwatched;
    {
        std::lock_guard lock(entry->lock);
        ++entry->generation;
        entry->fd = -1;
    }
    entries_.fetch_sub(1, std::memory_order_acq_rel);
    EntryPool& pool = entry_pool();
    std::lock_guard lock(pool.mutex);
    entry->next = pool.free;
    pool.free = entry;
}

Readiness Poller::wait(PollEntry* entry, Direction direction, TimePoint deadline,
                       std::source_location where) noexcept {
    if (has_context_cancel()) return Readiness::interrupted;
    Unwatched unwatched;
    DeadlineAlarm alarm;
    entry->lock.lock();
    auto& side = entry->side[static_cast<int>(direction)];
    ENSURE(!side.waiting, "two goroutines wait for the same direction of one socket");
    const bool was_ready = side.ready;
    side.ready = false;
    side.timed_out = false;
    if (entry->closed || was_ready) {
        const auto answer = entry->closed ? Readiness::closed : Readiness::ready;
        entry->lock.unlock();
        return answer;
    }
    if (deadline != TimePoint::max() && deadline <= Clock::now()) {
        entry->lock.unlock();
        return Readiness::timed_out;
    }
    side.ticket =
        arm({WaitKind::io, entry, direction == Direction::read ? "read" : "write", where});
    side.waiting = true;
    waiting_.fetch_add(1, std::memory_order_acq_rel);
    const bool timed = deadline != TimePoint::max();
    if (timed) {
        alarm.when = deadline;
        alarm.fire = &deadline_passed;
        alarm.entry = entry;
        alarm.direction = direction;
        alarm.ticket = side.ticket;
        start_timer(alarm);
    }
    const Woke woke = park(&unlock_entry, entry);
    waiting_.fetch_sub(1, std::memory_order_acq_rel);
    if (timed) stop_timer(alarm);
    std::lock_guard lock(entry->lock);
    side.waiting = false;
    if (entry->closed) return Readiness::closed;
    if (woke == Woke::interrupted) return Readiness::interrupted;
    return side.timed_out ? Readiness::timed_out : Readiness::ready;
}

void Poller::deliver(PollEntry* entry, std::uint32_t generation, std::uint32_t events) noexcept {
    std::array<Goroutine*, 2> waiters{};
    {
        std::lock_guard lock(entry->lock);
        if ((entry->generation & 0xffff) != generation || entry->closed) return;
        const bool both = (events & (EPOLLERR | EPOLLHUP)) != 0;
        const std::array<bool, 2> hit = {both || (events & (EPOLLIN | EPOLLRDHUP)) != 0,
                                         both || (events & EPOLLOUT) != 0};
        for (int i = 0; i < 2; ++i) {
            auto& side = entry->side[i];
            if (!hit[i]) continue;
            if (side.waiting && claim(side.ticket)) {
                side.waiting = false;
                waiters[i] = side.ticket.goroutine;
            } else {
                side.ready = true;
            }
        }
    }
    for (Goroutine* waiter : waiters)
        if (waiter != nullptr) ready(waiter);
}

namespace {

// Nanoseconds where the kernel can (5.11), whole milliseconds rounded up where it or a container's
// filter refuses.
int wait_for_events(int epoll, std::span<epoll_event> events, std::int64_t timeout_ns) noexcept {
    static std::atomic<bool> exact{true};
    const int most = static_cast<int>(events.size());
    if (exact.load(std::memory_order_relaxed)) {
        timespec limit{timeout_ns / 1'000'000'000, timeout_ns % 1'000'000'000};
        const int n =
            epoll_pwait2(epoll, events.data(), most, timeout_ns < 0 ? nullptr : &limit, nullptr);
        if (n >= 0 || (errno != ENOSYS && errno != EPERM)) return n;
        exact.store(false, std::memory_order_relaxed);
    }
    constexpr std::int64_t longest = std::numeric_limits<int>::max();
    const auto ms = timeout_ns < 0 ? -1 : std::min((timeout_ns + 999'999) / 1'000'000, longest);
    return epoll_wait(epoll, events.data(), most, static_cast<int>(ms));
}

}  // namespace

bool Poller::poll(std::int64_t timeout_ns) noexcept {
    Unwatched unwatched;
    std::array<epoll_event, 128> events{};
    const int n = wait_for_events(epoll_, events, timeout_ns);
    bool any = false;
    for (int i = 0; i < n; ++i) {
        const std::uint64_t data = events[i].data.u64;
        if (data == 0) {
            // Meant for the worker that sleeps here; a look in passing must leave it.
            std::uint64_t count = 0;
            if (timeout_ns != 0) [[maybe_unused]]
                const auto got = ::read(event_, &count, sizeof count);
            continue;
        }
        any = true;
        // NOLINTNEXTLINE(performance-no-int-to-ptr): epoll carries one word, address and generation
        deliver(reinterpret_cast<PollEntry*>(data & 0xffff'ffff'ffffULL),
                static_cast<std::uint32_t>(data >> 48), events[i].events);
    }
    return any;
}

void Poller::interrupt() noexcept {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(event_, &one, sizeof one);
}

}  // namespace weft::inline abi1::detail

// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/deep_scan.h"

#include <atomic>
#include <csignal>
#include <mutex>
#include <new>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "runtime/src/fiber.h"
#include "runtime/src/goroutine.h"
#include "runtime/src/memory_search.h"

namespace weft::inline abi1::detail {

/// Memory that both processes see.
struct DeepScan::Board {
    enum Turn : std::uint32_t { of_copy, of_process, failed };
    std::atomic<std::uint32_t> turn{of_copy};
    std::uint32_t live = 0;
    std::uint32_t moved = 0;
    std::uint32_t reached = 0;
    std::size_t waits = 0;

    // Behind it, room for as many numbers as there are waits, three times.
    std::uint32_t* row(std::size_t n) noexcept {
        return reinterpret_cast<std::uint32_t*>(this + 1) + n * waits;
    }
    std::uint32_t* live_row() noexcept { return row(0); }
    std::uint32_t* moved_row() noexcept { return row(1); }
    std::uint32_t* reached_row() noexcept { return row(2); }
};

namespace {

constexpr std::int64_t patience = 20'000'000'000;  // until a copy that does not answer is given up

std::int64_t now() noexcept {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

void give_turn(DeepScan::Board& board, std::uint32_t whose) noexcept {
    board.turn.store(whose, std::memory_order_release);
    syscall(SYS_futex, &board.turn, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

// Once: a copy may end without having said so.
void await_turn(DeepScan::Board& board, std::uint32_t as_long_as) noexcept {
    const timespec moment{0, 50'000'000};
    syscall(SYS_futex, &board.turn, FUTEX_WAIT, as_long_as, &moment, nullptr, 0);
}

std::uint32_t hand_over(raw::Pile<std::uint32_t>& from, std::uint32_t* to) noexcept {
    std::uint32_t count = 0;
    for (const std::uint32_t one : from) to[count++] = one;
    from.clear();
    return count;
}

/// The life of the copy. It has the process's descriptors until it closes them: a connection that
/// the process closes would stay open.
[[noreturn]] void live_as_copy(DeepScan::Board& board, const MemorySearch::Task& task) noexcept {
    using Board = DeepScan::Board;
    syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    syscall(SYS_close_range, 3U, ~0U, 0U);
    signal(SIGSEGV,
           SIG_DFL);  // whoever looks after the process's faults has nothing to do with ours
    signal(SIGBUS, SIG_DFL);
    raw::Pile<std::uint32_t> moved;
    raw::Pile<std::uint32_t> reached;
    alignas(MemorySearch) std::byte room[sizeof(MemorySearch)];  // nobody destroys it
    auto* search = ::new (room) MemorySearch(task, moved, reached);
    const bool fine = search->from_roots();
    for (;;) {
        board.moved = hand_over(moved, board.moved_row());
        board.reached = hand_over(reached, board.reached_row());
        give_turn(board,
                  fine && !moved.failed() && !reached.failed() ? Board::of_process : Board::failed);
        while (board.turn.load(std::memory_order_acquire) == Board::of_process)
            await_turn(board, Board::of_process);
        for (std::uint32_t i = 0; i < board.live; ++i) search->from(board.live_row()[i]);
    }
}

// As fork(), but without what libraries have asked to be called then: threads that stand still may
// have their locks.
pid_t copy_process() noexcept {
    return static_cast<pid_t>(syscall(SYS_clone, 0, nullptr, nullptr, nullptr, 0));
}

std::mutex one_at_a_time;

}  // namespace

DeepScan::DeepScan(const std::vector<Wait>& waits, const void* stack_pointer) {
#if defined(WEFT_ASAN) || defined(WEFT_TSAN)
    (void)waits;
    (void)stack_pointer;
    failed_ = "a sanitizer keeps memory in its own way";
#else
    start(waits, stack_pointer);
#endif
}

void DeepScan::start(const std::vector<Wait>& waits, const void* stack_pointer) {
    board_bytes_ = sizeof(Board) + 3 * sizeof(std::uint32_t) * waits.size();
    void* memory = raw::map(board_bytes_, MAP_SHARED);
    if (memory == nullptr) {
        failed_ = "there is no memory";
        return;
    }
    board_ = ::new (memory) Board;
    board_->waits = waits.size();
    const std::lock_guard alone(one_at_a_time);
    const SlabsHeld slabs;
    MemorySearch::Task task;
    task.waits = waits.data();
    task.count = waits.size();
    task.stack_pointer = reinterpret_cast<std::uintptr_t>(stack_pointer);
    task.own = Range::of(board_, board_bytes_);
    {
        const StoppedThreads stopped;
        task.threads = &stopped;
        if (stopped.all()) {
            copy_ = copy_process();
            if (copy_ == 0) live_as_copy(*board_, task);
        } else {
            failed_ = "a thread does not answer signals";
        }
    }
    if (failed_ == nullptr && copy_ < 0) failed_ = "the process cannot be copied";
}

DeepScan::~DeepScan() {
    if (copy_ > 0) {
        syscall(SYS_kill, copy_, SIGKILL);
        syscall(SYS_wait4, copy_, nullptr, __WALL, nullptr);
    }
    if (board_ != nullptr) munmap(board_, board_bytes_);
}

DeepScan::Found DeepScan::from_roots() {
    return take_found();
}

DeepScan::Found DeepScan::from(const std::vector<std::uint32_t>& live) {
    if (failed_ != nullptr) return {};
    board_->live = 0;
    for (const std::uint32_t one : live) board_->live_row()[board_->live++] = one;
    give_turn(*board_, Board::of_copy);
    return take_found();
}

DeepScan::Found DeepScan::take_found() {
    if (failed_ != nullptr) return {};
    const std::int64_t until = now() + patience;
    while (board_->turn.load(std::memory_order_acquire) == Board::of_copy) {
        await_turn(*board_, Board::of_copy);
        const bool ended = syscall(SYS_wait4, copy_, nullptr, __WALL | WNOHANG, nullptr) != 0;
        if (ended) copy_ = -1;
        if (ended || now() > until) {
            failed_ = "the copy could not be searched";
            return {};
        }
    }
    if (board_->turn.load(std::memory_order_acquire) == Board::failed) {
        failed_ = "the process's memory cannot be read";
        return {};
    }
    const auto row = [](const std::uint32_t* first, std::uint32_t count) {
        return std::vector<std::uint32_t>(first, first + count);
    };
    return {row(board_->moved_row(), board_->moved), row(board_->reached_row(), board_->reached)};
}

}  // namespace weft::inline abi1::detail

// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/stopped_threads.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <time.h>

#include "runtime/src/raw_system.h"

namespace weft::inline abi1::detail {
namespace {

struct Board {
    std::atomic<std::uint32_t> called{0};  // into the handler
    std::atomic<std::uint32_t> left{0};    // out of it
    std::atomic<std::uint32_t> go_on{0};
    struct sigaction before{};
    std::size_t known = 0;
    int threads[StoppedThreads::most];
    StoppedThread stopped[StoppedThreads::most];
};
// One stop at a time; made once and kept, as a signal may come late.
std::atomic<Board*> the_board{nullptr};

std::int64_t now() noexcept {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

void wait_while(std::atomic<std::uint32_t>& word, std::uint32_t value, std::int64_t ns) noexcept {
    const timespec limit{ns / 1'000'000'000, ns % 1'000'000'000};
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, &limit, nullptr, 0);
}
void wake_all(std::atomic<std::uint32_t>& word) noexcept {
    syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

std::uintptr_t stack_pointer(const mcontext_t& registers) noexcept {
#if defined(__x86_64__)
    return static_cast<std::uintptr_t>(registers.gregs[REG_RSP]);
#else
    return registers.sp;
#endif
}

void copy_registers(StoppedThread& slot, const ucontext_t& context) noexcept {
    std::memcpy(&slot.registers, &context.uc_mcontext, sizeof slot.registers);
#if defined(__x86_64__)
    if (const auto* vectors = context.uc_mcontext.fpregs)
        std::memcpy(slot.vector_registers, vectors->_xmm, sizeof vectors->_xmm);
#endif
    slot.stack_pointer = stack_pointer(context.uc_mcontext);
    slot.handler_stack = reinterpret_cast<std::uintptr_t>(&context);
    slot.id = static_cast<int>(syscall(SYS_gettid));
}

void on_stop(int, siginfo_t*, void* context) {
    const int saved = errno;
    Board* board = the_board.load(std::memory_order_acquire);
    if (board != nullptr && board->go_on.load(std::memory_order_acquire) == 0) {
        const auto place = board->called.fetch_add(1, std::memory_order_acq_rel);
        if (place < StoppedThreads::most) {
            copy_registers(board->stopped[place], *static_cast<const ucontext_t*>(context));
            board->stopped[place].is_here.store(1, std::memory_order_release);
        }
        while (board->go_on.load(std::memory_order_acquire) == 0)
            wait_while(board->go_on, 0, 1'000'000'000);
        board->left.fetch_add(1, std::memory_order_acq_rel);
    }
    errno = saved;
}

// Calls f(id) for each thread of the process. False: the list could not be read.
template <class F>
bool each_thread(F f) noexcept {
    struct Entry {
        std::uint64_t inode;
        std::int64_t offset;
        unsigned short length;
        unsigned char type;
        char name[1];
    };
    const auto fd = static_cast<int>(
        syscall(SYS_openat, AT_FDCWD, "/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0));
    if (fd < 0) return false;
    alignas(8) char buffer[4096];
    long got = 0;
    while ((got = syscall(SYS_getdents64, fd, buffer, sizeof buffer)) > 0)
        for (long at = 0; at < got;) {
            const auto* entry = reinterpret_cast<const Entry*>(buffer + at);
            int id = 0;
            for (const char* c = entry->name; *c >= '0' && *c <= '9'; ++c)
                id = 10 * id + (*c - '0');
            if (id != 0) f(id);
            at += entry->length;
        }
    raw::close(fd);
    return got == 0;
}

// Whether the thread lets the signal wait. Unknown is no: then it is seen by its not coming.
bool blocks(int thread, int signal) noexcept {
    char path[64];
    std::snprintf(path, sizeof path, "/proc/self/task/%d/status", thread);
    const int fd = raw::open_to_read(path);
    if (fd < 0) return false;
    char text[4096];
    const long got = syscall(SYS_read, fd, text, sizeof text);
    raw::close(fd);
    constexpr std::string_view name = "SigBlk:\t";
    const std::string_view status(text, got < 0 ? 0 : static_cast<std::size_t>(got));
    const auto at = status.find(name);
    std::uint64_t mask = 0;
    if (at == status.npos) return false;
    const char* const first = status.data() + at + name.size();
    std::from_chars(first, status.data() + status.size(), mask, 16);
    return (mask >> (signal - 1) & 1) != 0;
}

}  // namespace

StoppedThreads::StoppedThreads() noexcept {
    Board* board = the_board.load(std::memory_order_acquire);
    if (board == nullptr) {
        void* memory = raw::map(sizeof(Board), MAP_PRIVATE);
        if (memory == nullptr) return;
        the_board.store(board = ::new (memory) Board, std::memory_order_release);
    }
    board->called.store(0);
    board->left.store(0);
    board->known = 0;
    for (StoppedThread& one : board->stopped) one.is_here.store(0, std::memory_order_relaxed);
    board->go_on.store(0, std::memory_order_release);
    struct sigaction action{};
    action.sa_sigaction = &on_stop;
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
    sigfillset(&action.sa_mask);
    if (sigaction(signal, &action, &board->before) != 0) return;
    all_ = stop_all();
    count_ = std::min<std::size_t>(board->called.load(), most);
}

// A thread that still ran may have started another one: until none is new.
bool StoppedThreads::stop_all() noexcept {
    constexpr std::int64_t patience = 1'000'000'000;  // until one that cannot be heard is given up
    Board& board = *the_board.load(std::memory_order_acquire);
    const long process = syscall(SYS_getpid);
    const long me = syscall(SYS_gettid);
    const std::int64_t until = now() + patience;
    std::size_t gone = 0;
    for (bool found_new = true; found_new;) {
        found_new = false;
        bool fine = true;
        const bool read = each_thread([&](int id) {
            if (id == me || std::find(board.threads, board.threads + board.known, id) !=
                                board.threads + board.known)
                return;
            fine = fine && board.known < most && !blocks(id, signal);
            if (!fine) return;
            board.threads[board.known++] = id;
            found_new = true;
            if (syscall(SYS_tgkill, process, id, signal) != 0) ++gone;
        });
        if (!read || !fine) return false;
        std::size_t here = 0;
        do {
            if (now() > until) return false;
            here = 0;
            for (std::size_t i = 0; i < board.known; ++i)
                here += board.stopped[i].is_here.load(std::memory_order_acquire);
            if (here + gone < board.known) syscall(SYS_sched_yield);
        } while (here + gone < board.known);
    }
    return true;
}

StoppedThreads::~StoppedThreads() {
    Board* board = the_board.load(std::memory_order_acquire);
    if (board == nullptr) return;
    board->go_on.store(1, std::memory_order_release);
    wake_all(board->go_on);
    while (board->left.load(std::memory_order_acquire) < board->called.load()) {
        wake_all(board->go_on);
        syscall(SYS_sched_yield);
    }
    sigaction(signal, &board->before, nullptr);
}

const void* StoppedThreads::memory() noexcept {
    return the_board.load(std::memory_order_acquire);
}
std::size_t StoppedThreads::memory_bytes() noexcept {
    return memory() == nullptr ? 0 : sizeof(Board);
}

const StoppedThread& StoppedThreads::operator[](std::size_t i) const noexcept {
    return the_board.load(std::memory_order_acquire)->stopped[i];
}

}  // namespace weft::inline abi1::detail

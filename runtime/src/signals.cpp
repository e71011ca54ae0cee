// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/signals.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <pthread.h>
#include <signal.h>
#include <string_view>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>

#include "weft/cancelled.h"
#include "weft/dump.h"
#include "weft/ensure.h"
#include "weft/run.h"
#include "weft/signal.h"

#include "runtime/src/report.h"
#include "runtime/src/runtime.h"

namespace weft::inline abi1 {
namespace detail {

namespace {

constexpr std::size_t handler_stack_bytes = 64 * 1024;
thread_local std::unique_ptr<std::byte[]> tls_handler_stack;

struct Installed {
    struct sigaction quit{};
    struct sigaction segv{};
    struct sigaction pipe{};
    int wake[2] = {-1, -1};
    std::thread printer;
};
Installed installed;
std::atomic<int> quit_pipe{-1};

void on_quit(int) {
    const int saved = errno;
    const char one = 'q';
    [[maybe_unused]] const auto n = ::write(quit_pipe.load(), &one, 1);
    errno = saved;
}

void say(const char* text) {
    [[maybe_unused]] const auto n = ::write(2, text, std::strlen(text));
}

void on_fault(int signal, siginfo_t* info, void*) {
    Goroutine* g = self();
    if (g->stack.low != nullptr && in_guard(g->stack.low, info->si_addr)) {
        char line[512];
        std::snprintf(
            line, sizeof line,
            "weft: goroutine stack overflow: goroutine %llu \"%s\", started at %s:%u, ran over "
            "its %u bytes of stack\n",
            static_cast<unsigned long long>(g->id), g->name != nullptr ? g->name : "",
            g->spawned_at.file_name(), g->spawned_at.line(), g->stack.bytes);
        say(line);
    }
    // Back to what would have happened without us, at the same instruction.
    struct sigaction plain{};
    plain.sa_handler = SIG_DFL;
    sigaction(
        signal,
        signal == SIGSEGV && installed.segv.sa_sigaction != nullptr ? &installed.segv : &plain,
        nullptr);
}

// One by one as long as somebody can read it, and a report of each fits into memory.
void print_all() {
    constexpr std::int64_t readable = 1000;
    if (stats().goroutines <= readable) return print_report("weft: SIGQUIT: all goroutines");
    std::fputs("weft: SIGQUIT: all goroutines, those in the same place together\n", stderr);
    dump_grouped([](std::string_view piece) {
        std::fwrite(piece.data(), 1, piece.size(), stderr);
        std::fflush(stderr);
    });
}

}  // namespace

void install_signals() {
    ENSURE(pipe2(installed.wake, O_CLOEXEC) == 0, "no descriptors left for the SIGQUIT pipe");
    quit_pipe.store(installed.wake[1]);
    installed.printer = std::thread([fd = installed.wake[0]] {
        char what = 0;
        while (::read(fd, &what, 1) == 1 && what == 'q') print_all();
    });
    Runtime::current()->helper_threads.fetch_add(1);
    struct sigaction action{};
    action.sa_handler = &on_quit;
    action.sa_flags = SA_RESTART;
    sigaction(SIGQUIT, &action, &installed.quit);
    struct sigaction fault{};
    fault.sa_sigaction = &on_fault;
    fault.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigaction(SIGSEGV, &fault, &installed.segv);
    // A handler that does nothing, not SIG_IGN: programs that are started from here inherit what is
    // ignored, and would write on for ever after their reader has gone.
    struct sigaction broken_pipe{};
    broken_pipe.sa_handler = [](int) {};
    broken_pipe.sa_flags = SA_RESTART;
    sigaction(SIGPIPE, &broken_pipe, &installed.pipe);
}

void remove_signals() {
    sigaction(SIGQUIT, &installed.quit, nullptr);
    sigaction(SIGSEGV, &installed.segv, nullptr);
    sigaction(SIGPIPE, &installed.pipe, nullptr);
    quit_pipe.store(-1);
    const char end = 'e';
    [[maybe_unused]] const auto n = ::write(installed.wake[1], &end, 1);
    installed.printer.join();
    ::close(installed.wake[0]);
    ::close(installed.wake[1]);
}

void install_signal_stack() {
    tls_handler_stack = std::make_unique<std::byte[]>(handler_stack_bytes);
    stack_t stack{};
    stack.ss_sp = tls_handler_stack.get();
    stack.ss_size = handler_stack_bytes;
    sigaltstack(&stack, nullptr);
}

void remove_signal_stack() {
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    sigaltstack(&none, nullptr);
    tls_handler_stack.reset();
}

namespace {

// Signals that a program waits for: the handler notes which and makes a descriptor readable.
struct Awaited {
    std::atomic<std::uint64_t> pending{0};
    std::atomic<int> fd{-1};
};
Awaited awaited;

void on_awaited(int signal) {
    const int saved = errno;
    awaited.pending.fetch_or(1ULL << signal);
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto n = ::write(awaited.fd.load(), &one, sizeof one);
    errno = saved;
}

int take_pending(std::initializer_list<int> signals) {
    for (int signal : signals)
        if ((awaited.pending.fetch_and(~(1ULL << signal)) & (1ULL << signal)) != 0) return signal;
    return 0;
}

struct Watched {
    explicit Watched(int fd) : entry(Runtime::current()->poller.add(fd)) {}
    ~Watched() {
        Runtime::current()->poller.close(entry);
        Runtime::current()->poller.remove(entry);
    }
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;
    PollEntry* entry;
};

}  // namespace
}  // namespace detail

int wait_signal(std::initializer_list<int> signals, std::source_location where) {
    using namespace detail;
    if (awaited.fd.load() < 0) awaited.fd.store(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    Watched watched(awaited.fd.load());
    for (int signal : signals) {
        struct sigaction action{};
        action.sa_handler = &on_awaited;
        action.sa_flags = SA_RESTART;
        sigaction(signal, &action, nullptr);
    }
    for (;;) {
        if (const int signal = take_pending(signals)) return signal;
        std::uint64_t count = 0;
        if (::read(awaited.fd.load(), &count, sizeof count) == sizeof count) continue;
        const auto woke = Runtime::current()->poller.wait(watched.entry, Direction::read,
                                                          TimePoint::max(), where);
        if (woke == Readiness::interrupted) throw_cancelled();
    }
}

}  // namespace weft::inline abi1

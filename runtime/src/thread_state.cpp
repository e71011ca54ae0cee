// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/thread_state.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <string_view>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "runtime/src/stack.h"

namespace weft::inline abi1::detail {
namespace {

// One line of /proc/self/task/THREAD/NAME; empty if there is none.
std::string line_of(pid_t thread, const char* name) {
    char path[64];
    std::snprintf(path, sizeof path, "/proc/self/task/%d/%s", thread, name);
    const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return {};
    char text[512];
    const ssize_t n = ::read(fd, text, sizeof text - 1);
    ::close(fd);
    return n > 0 ? std::string(text, static_cast<std::size_t>(n)) : std::string();
}

std::string name_of_call(long number) {
    static constexpr std::pair<long, const char*> names[] = {
        {SYS_read, "read"},
        {SYS_write, "write"},
        {SYS_pread64, "pread"},
        {SYS_fsync, "fsync"},
        {SYS_fdatasync, "fdatasync"},
        {SYS_futex, "futex: a lock, a condition or a join of the standard library"},
        {SYS_nanosleep, "nanosleep"},
        {SYS_clock_nanosleep, "clock_nanosleep"},
        {SYS_ppoll, "poll"},
        {SYS_pselect6, "select"},
        {SYS_epoll_pwait, "epoll_wait"},
        {SYS_recvfrom, "recv"},
        {SYS_sendto, "send"},
        {SYS_connect, "connect"},
        {SYS_accept, "accept"},
        {SYS_wait4, "waitpid"},
        {SYS_waitid, "waitid"},
        {SYS_flock, "flock"},
        {SYS_fcntl, "fcntl"},
        {SYS_openat, "open"},
        {SYS_unlinkat, "unlink"},
        {SYS_renameat2, "rename"},
        {SYS_clone, "clone"},
        {SYS_clone3, "clone"},
        {SYS_execve, "execve"},
#if defined(__x86_64__)
        {SYS_open, "open"},
        {SYS_unlink, "unlink"},
        {SYS_rename, "rename"},
        {SYS_poll, "poll"},
        {SYS_select, "select"},
        {SYS_epoll_wait, "epoll_wait"},
#endif
    };
    if (number < 0) return "none";
    for (const auto& [known, name] : names)
        if (known == number) return name;
    return "number " + std::to_string(number);
}

// Whether a call stands right before this address. Only the forms that compilers use.
bool follows_a_call(std::uintptr_t address) noexcept {
#if defined(__x86_64__)
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the word of a stack
    const auto* at = reinterpret_cast<const unsigned char*>(address);
    if (at[-5] == 0xE8) return true;                             // call near
    if (at[-2] == 0xFF && (at[-1] & 0x38) == 0x10) return true;  // call *reg, *[reg]
    if (at[-3] == 0xFF && (at[-2] & 0x38) == 0x10) return true;  // call *disp8
    return (at[-6] == 0xFF && (at[-5] & 0x38) == 0x10) || (at[-7] == 0xFF && at[-6] == 0x14);
#else
    const auto* at = reinterpret_cast<const std::uint32_t*>(address) - 1;
    return (*at & 0xFC00'0000U) == 0x9400'0000U || (*at & 0xFFFF'FC1FU) == 0xD63F'0000U;
#endif
}

bool is_for_memory(long number) noexcept {
    return number < 0 || number == SYS_mmap || number == SYS_munmap || number == SYS_mremap ||
           number == SYS_mprotect || number == SYS_madvise || number == SYS_brk;
}

struct CodeRange {
    std::uintptr_t low;
    std::uintptr_t high;
};

bool of_the_system(std::string_view path) noexcept {
    const auto name = path.substr(path.rfind('/') + 1);
    for (const char* library : {"libc.so", "libc-", "libstdc++", "libpthread", "ld-linux",
                                "libtsan", "libasan", "libubsan", "libgcc_s", "linux-vdso"})
        if (name.starts_with(library)) return true;
    return false;
}

// Whether a thread waits at this address for a lock that no program can name.
bool is_in_their_lock(std::uintptr_t pc) noexcept {
    Dl_info found{};
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel gave a number
    if (dladdr(reinterpret_cast<void*>(pc), &found) == 0) return false;
    const std::string_view function = found.dli_sname != nullptr ? found.dli_sname : "";
    const std::string_view file = found.dli_fname;
    return function == "__lll_lock_wait_private" || file.find("/libtsan.so") != file.npos ||
           file.find("/libasan.so") != file.npos;
}

// The code of the program and of its own libraries.
std::vector<CodeRange> program_code() {
    std::vector<CodeRange> ranges;
    dl_iterate_phdr(
        [](dl_phdr_info* object, std::size_t, void* all) {
            if (of_the_system(object->dlpi_name)) return 0;
            for (int i = 0; i < object->dlpi_phnum; ++i) {
                const auto& part = object->dlpi_phdr[i];
                if (part.p_type != PT_LOAD || (part.p_flags & PF_X) == 0) continue;
                const std::uintptr_t low = object->dlpi_addr + part.p_vaddr;
                static_cast<std::vector<CodeRange>*>(all)->push_back({low, low + part.p_memsz});
            }
            return 0;
        },
        &ranges);
    return ranges;
}

}  // namespace

std::int64_t runnable_time(pid_t thread) {
    long long on_processor = 0;
    long long waited = 0;
    const std::string line = line_of(thread, "schedstat");
    return std::sscanf(line.c_str(), "%lld %lld", &on_processor, &waited) == 2
               ? on_processor + waited
               : 0;
}

ThreadState state_of(pid_t thread) {
    ThreadState state;
    const std::string stat = line_of(thread, "stat");
    // The name in parentheses may hold anything; what follows the last one is the state.
    const auto after_name = stat.rfind(") ");
    if (after_name == std::string::npos) return state;
    const char letter = stat[after_name + 2];
    state.sleeps = letter == 'S' || letter == 'D';
    state.call = "unknown";
    if (!state.sleeps) return state;
    long number = 0;
    unsigned long long sp = 0;
    unsigned long long pc = 0;
    const std::string call = line_of(thread, "syscall");
    if (std::sscanf(call.c_str(), "-1 %llx %llx", &sp, &pc) == 2)
        number = -1;
    else if (std::sscanf(call.c_str(), "%ld %*x %*x %*x %*x %*x %*x %llx %llx", &number, &sp,
                         &pc) != 3)
        return state;
    state.call = name_of_call(number);
    state.sp = static_cast<std::uintptr_t>(sp);
    state.locks_or_starts = number == SYS_futex || number == SYS_clone || number == SYS_clone3;
    state.blameless = is_for_memory(number) || is_in_their_lock(pc);
    return state;
}

// Asked of the kernel, not of the memory: the thread may go on meanwhile, and its stack may go.
void scan_stack(std::uintptr_t sp, std::uintptr_t top, Frames& frames) {
    constexpr std::size_t most_words = 4096;
    constexpr std::uintptr_t longest_call = 7;
    frames.count = 0;
    if (sp == 0 || sp >= top || top - sp > stack_bytes_max) return;
    std::vector<std::uintptr_t> words(std::min(most_words, (top - sp) / sizeof(std::uintptr_t)));
    const iovec to{words.data(), words.size() * sizeof(std::uintptr_t)};
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel gave a number
    const iovec from{reinterpret_cast<void*>(sp), to.iov_len};
    const ssize_t got = process_vm_readv(getpid(), &to, 1, &from, 1, 0);
    if (got <= 0) return;
    words.resize(static_cast<std::size_t>(got) / sizeof(std::uintptr_t));
    const auto code = program_code();
    for (const std::uintptr_t word : words) {
        const bool in_code = std::any_of(code.begin(), code.end(), [word](const CodeRange& r) {
            return word >= r.low + longest_call && word < r.high;
        });
        if (!in_code || !follows_a_call(word)) continue;
        frames.pc[frames.count++] = word;
        if (frames.count == frames.pc.size()) return;
    }
}

}  // namespace weft::inline abi1::detail

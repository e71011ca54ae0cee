// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/stack.h"

#include <array>
#include <atomic>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include <vector>

#include "runtime/src/fiber.h"

namespace weft::inline abi1::detail {
namespace {

constexpr int madv_guard_install = 102;  // linux/mman.h of 6.13; Debian 12's headers are older
constexpr std::size_t region_bytes = 64 * 1024 * 1024;
constexpr unsigned class_count = 8;  // 64 KiB << 0..7
constexpr std::uint64_t canary_word = 0x7765'6674'2d77'6f76;
constexpr std::size_t canary_words = 8;
constexpr std::size_t hot_max = 4096;  // cached stacks of a class that keep their memory
constexpr std::size_t batch = 64;      // of those beyond, whose memory goes in one system call
constexpr int own_process = -10001;    // PIDFD_SELF_THREAD_GROUP, Linux 6.14

struct SizeClass {
    std::mutex mutex;
    std::array<std::vector<Stack>, 4> hot;      // by kind of guard; the back is the hottest
    std::array<std::vector<Stack>, 4> surplus;  // to be cold once they are a batch
    std::array<std::vector<Stack>, 4> cold;     // only address space is kept
    std::byte* fresh = nullptr;
    std::size_t fresh_left = 0;
};

struct Depot {
    std::array<SizeClass, class_count> classes;
    std::atomic<std::size_t> made{0};
    std::atomic<std::size_t> cached{0};
    std::atomic<std::size_t> protected_count{0};
    std::atomic<Guard> guard{Guard::automatic};
    std::size_t protect_max = 0;
};

// Regions are never given back.
struct Region {
    const std::byte* low = nullptr;
    Region* older = nullptr;
};
std::atomic<Region*> newest_region{nullptr};

void note_region(const std::byte* low) {
    auto* region = new Region{low, newest_region.load(std::memory_order_relaxed)};
    while (!newest_region.compare_exchange_weak(region->older, region, std::memory_order_release));
}

// Never destroyed: goroutines may end after static destructors have begun.
Depot& depot() noexcept {
    static Depot* one = new Depot;
    return *one;
}

std::size_t mappings_quarter() noexcept {
    std::size_t limit = 65530;
    if (FILE* f = std::fopen("/proc/sys/vm/max_map_count", "re")) {
        unsigned long value = 0;
        if (std::fscanf(f, "%lu", &value) == 1) limit = value;
        std::fclose(f);
    }
    return limit / 4 / 2;  // a protected guard splits its mapping in two
}

// A system call answers "bad address" where a read of ours would be a fault.
bool readable(const void* byte) noexcept {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return true;
    const bool copied = write(ends[1], byte, 1) == 1;
    close(ends[0]);
    close(ends[1]);
    return copied;
}

// Emulators accept any advice and do nothing.
bool kernel_installs_guards() noexcept {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    void* probe = mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (probe == MAP_FAILED) return false;
    const bool works = madvise(probe, page, madv_guard_install) == 0 && !readable(probe);
    munmap(probe, page);
    return works;
}

unsigned class_of(std::size_t bytes) noexcept {
    if (bytes == 0) bytes = stack_bytes_default;
    if (bytes < stack_bytes_min) bytes = stack_bytes_min;
    if (bytes > stack_bytes_max) bytes = stack_bytes_max;
    return static_cast<unsigned>(std::bit_width(std::bit_ceil(bytes)) -
                                 std::bit_width(stack_bytes_min));
}

std::byte* reserve(SizeClass& size_class, std::size_t bytes) noexcept {
    if (size_class.fresh_left < bytes) {
        void* region = mmap(nullptr, region_bytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
        if (region == MAP_FAILED) {
            std::fputs("weft: no address space for another goroutine stack\n", stderr);
            std::abort();
        }
        madvise(region, region_bytes, MADV_NOHUGEPAGE);
        note_region(static_cast<std::byte*>(region));
        size_class.fresh = static_cast<std::byte*>(region);
        size_class.fresh_left = region_bytes;
    }
    std::byte* low = size_class.fresh;
    size_class.fresh += bytes;
    size_class.fresh_left -= bytes;
    return low;
}

void write_canary(std::byte* low) noexcept {
    for (std::size_t i = 0; i < canary_words; ++i)
        std::memcpy(low + i * sizeof canary_word, &canary_word, sizeof canary_word);
}

// Once the mappings that mprotect may use are spent, stacks that carry a pattern are the ones to
// reuse.
Guard kind_to_give() noexcept {
    Depot& d = depot();
    const Guard kind = d.guard.load(std::memory_order_relaxed);
    const bool spent = d.protected_count.load(std::memory_order_relaxed) >= d.protect_max;
    return kind == Guard::protect && spent ? Guard::canary : kind;
}

Guard protect_low_end(std::byte* low) noexcept {
    Depot& d = depot();
    const Guard kind = d.guard.load(std::memory_order_relaxed);
    if (kind == Guard::install && madvise(low, guard_bytes, madv_guard_install) == 0) return kind;
    if (kind != Guard::canary &&
        d.protected_count.fetch_add(1, std::memory_order_relaxed) < d.protect_max &&
        mprotect(low, guard_bytes, PROT_NONE) == 0)
        return Guard::protect;
    return Guard::canary;
}

// A call for each stack costs six times as much: each flushes the processors' address caches.
void drop_memory(const std::vector<Stack>& stacks) noexcept {
    std::array<iovec, batch> ranges;
    std::size_t all = 0;
    for (std::size_t i = 0; i < stacks.size(); ++i) {
        const std::size_t keep = stacks[i].guard == Guard::canary ? 4096 : 0;
        ranges[i] = {stacks[i].low + keep, stacks[i].bytes - keep};
        all += ranges[i].iov_len;
    }
    const long dropped =
        syscall(SYS_process_madvise, own_process, ranges.data(), stacks.size(), MADV_DONTNEED, 0);
    if (dropped == static_cast<long>(all)) return;
    for (std::size_t i = 0; i < stacks.size(); ++i)
        madvise(ranges[i].iov_base, ranges[i].iov_len, MADV_DONTNEED);
}

// ThreadSanitizer forgets what it knew of memory only when that is unmapped: under it every
// goroutine gets new pages, or a stack's next owner would seem to race with the last.
Stack map_alone(unsigned index, std::size_t whole) noexcept {
    void* region = mmap(nullptr, whole, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (region == MAP_FAILED) std::abort();
    auto* low = static_cast<std::byte*>(region);
    mprotect(low, guard_bytes, PROT_NONE);
    return {low + guard_bytes, static_cast<std::uint32_t>(whole - guard_bytes),
            static_cast<std::uint8_t>(index), Guard::protect};
}

}  // namespace

bool choose_guard(Guard wanted) noexcept {
    Depot& d = depot();
    if (d.protect_max == 0) d.protect_max = mappings_quarter();
    if (wanted == Guard::automatic || wanted == Guard::install) {
        const bool installs = kernel_installs_guards();
        if (wanted == Guard::install && !installs) return false;
        d.guard = installs ? Guard::install : Guard::protect;
        return true;
    }
    d.guard = wanted;
    return true;
}

Guard chosen_guard() noexcept {
    return depot().guard.load(std::memory_order_relaxed);
}

Stack take_stack(std::size_t bytes) noexcept {
    const unsigned index = class_of(bytes);
    const std::size_t whole = stack_bytes_min << index;
    if (thread_sanitizer) return map_alone(index, whole);
    Depot& d = depot();
    SizeClass& size_class = d.classes[index];
    std::byte* low = nullptr;
    {
        std::lock_guard lock(size_class.mutex);
        const auto kind = static_cast<unsigned>(kind_to_give());
        for (auto* cached :
             {&size_class.hot[kind], &size_class.surplus[kind], &size_class.cold[kind]}) {
            if (cached->empty()) continue;
            const Stack stack = cached->back();
            cached->pop_back();
            d.cached.fetch_sub(1, std::memory_order_relaxed);
            return stack;
        }
        low = reserve(size_class, whole);
    }
    d.made.fetch_add(1, std::memory_order_relaxed);
    Stack stack;
    stack.size_class = static_cast<std::uint8_t>(index);
    stack.guard = protect_low_end(low);
    stack.low = low + guard_bytes;
    stack.bytes = static_cast<std::uint32_t>(whole - guard_bytes);
    if (stack.guard == Guard::canary) write_canary(stack.low);
    return stack;
}

void give_stack(const Stack& stack) noexcept {
    if (thread_sanitizer) {
        munmap(stack.low - guard_bytes, stack.bytes + guard_bytes);
        return;
    }
    Depot& d = depot();
    SizeClass& size_class = d.classes[stack.size_class];
    const auto kind = static_cast<unsigned>(stack.guard);
    std::vector<Stack> cooled;
    {
        std::lock_guard lock(size_class.mutex);
        const bool hot = size_class.hot[kind].size() < hot_max;
        auto& where = (hot ? size_class.hot : size_class.surplus)[kind];
        where.push_back(stack);
        d.cached.fetch_add(1, std::memory_order_relaxed);
        if (hot || where.size() < batch) return;
        cooled.swap(where);
        where.reserve(batch);
    }
    drop_memory(cooled);
    std::lock_guard lock(size_class.mutex);
    size_class.cold[kind].insert(size_class.cold[kind].end(), cooled.begin(), cooled.end());
}

bool in_guard(const std::byte* low, const void* address) noexcept {
    const auto* at = static_cast<const std::byte*>(address);
    return at < low && at >= low - guard_bytes;
}

bool canary_whole(const Stack& stack) noexcept {
    if (stack.guard != Guard::canary) return true;
    for (std::size_t i = 0; i < canary_words; ++i)
        if (std::memcmp(stack.low + i * sizeof canary_word, &canary_word, sizeof canary_word) != 0)
            return false;
    return true;
}

void each_stack_region(void (*f)(const std::byte*, std::size_t, void*), void* arg) noexcept {
    for (auto* one = newest_region.load(std::memory_order_acquire); one != nullptr;
         one = one->older)
        f(one->low, region_bytes, arg);
}

StackCounts stack_counts() noexcept {
    return {depot().made.load(std::memory_order_relaxed),
            depot().cached.load(std::memory_order_relaxed)};
}

}  // namespace weft::inline abi1::detail

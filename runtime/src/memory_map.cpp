// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/memory_map.h"

#include <algorithm>
#include <string_view>

#include "runtime/src/stack.h"

namespace weft::inline abi1::detail {
namespace {

std::uintptr_t hexadecimal(std::string_view& line) noexcept {
    std::uintptr_t value = 0;
    while (!line.empty()) {
        const char c = line.front();
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0) break;
        value = 16 * value + static_cast<unsigned>(digit);
        line.remove_prefix(1);
    }
    return value;
}

std::string_view next_field(std::string_view& line) noexcept {
    while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
    const auto length = line.find(' ') < line.size() ? line.find(' ') : line.size();
    const auto field = line.substr(0, length);
    line.remove_prefix(length);
    return field;
}

// What stands before the line that is read.
struct Before {
    std::uintptr_t end = 0;
    bool readable = true;
};

// low-end rwxp offset device inode path
void read_line(std::string_view line, Before& before, raw::Pile<Mapping>& into) noexcept {
    Mapping one;
    one.low = hexadecimal(line);
    if (!line.empty()) line.remove_prefix(1);
    one.end = hexadecimal(line);
    const auto rights = next_field(line);
    one.guarded = before.end == one.low && !before.readable;
    before = {one.end, !rights.empty() && rights[0] == 'r'};
    if (rights.size() < 2 || rights[0] != 'r' || rights[1] != 'w') return;
    next_field(line);
    next_field(line);
    one.anonymous = next_field(line) == "0";
    const auto path = next_field(line);
    one.heap = path == "[heap]";
    one.main_stack = path == "[stack]";
    one.of_libc = path.find("/libc.so") != path.npos || path.find("/libc-2") != path.npos;
    into.push(one);
}

// What a library's variables without a value take stands behind its file, without a name.
void widen_libc(raw::Pile<Mapping>& mappings) noexcept {
    for (std::size_t i = 1; i < mappings.size(); ++i)
        if (mappings[i - 1].of_libc && mappings[i].anonymous && !mappings[i].heap &&
            mappings[i].low == mappings[i - 1].end)
            mappings[i].of_libc = true;
}

}  // namespace

bool read_mappings(raw::Pile<Mapping>& into) noexcept {
    const int fd = raw::open_to_read("/proc/self/maps");
    if (fd < 0) return false;
    char text[16 * 1024];
    Before before;
    std::size_t kept = 0;
    long got = 0;
    while ((got = syscall(SYS_read, fd, text + kept, sizeof text - kept)) > 0) {
        std::string_view all(text, kept + static_cast<std::size_t>(got));
        for (std::size_t end = 0; (end = all.find('\n')) != all.npos; all.remove_prefix(end + 1))
            read_line(all.substr(0, end), before, into);
        kept = all.size();
        if (kept == sizeof text) break;
        for (std::size_t i = 0; i < kept; ++i) text[i] = all[i];
    }
    raw::close(fd);
    widen_libc(into);
    return got == 0 && !into.failed();
}

void cut_out(raw::Pile<Mapping>& mappings, std::uintptr_t low, std::uintptr_t end) noexcept {
    for (std::size_t i = 0; i < mappings.size(); ++i) {
        const Mapping whole = mappings[i];
        if (low >= whole.end || end <= whole.low) continue;
        mappings[i].end = std::max(whole.low, low);
        if (end >= whole.end) continue;
        Mapping behind = whole;
        behind.low = end;
        behind.guarded = false;
        mappings.push(behind);
    }
}

void cut_out_stacks(raw::Pile<Mapping>& mappings) noexcept {
    each_stack_region(
        [](const std::byte* low, std::size_t bytes, void* from) {
            const auto at = reinterpret_cast<std::uintptr_t>(low);
            cut_out(*static_cast<raw::Pile<Mapping>*>(from), at, at + bytes);
        },
        &mappings);
}

std::size_t PresentPages::read(std::uintptr_t first, std::uint64_t* entries,
                               std::size_t count) const noexcept {
    if (fd_ < 0) return 0;
    const long got = syscall(SYS_pread64, fd_, entries, count * sizeof *entries,
                             static_cast<off_t>(first * sizeof *entries));
    return got < static_cast<long>(sizeof *entries)
               ? 0
               : static_cast<std::size_t>(got) / sizeof *entries;
}

}  // namespace weft::inline abi1::detail

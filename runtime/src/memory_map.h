// SPDX-License-Identifier: Apache-2.0
// What of the process's memory the program can write, as /proc/self/maps lists it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/src/raw_system.h"

namespace weft::inline abi1::detail {

struct Mapping {
    std::uintptr_t low = 0;
    std::uintptr_t end = 0;
    bool anonymous = false;   ///< no file behind it
    bool guarded = false;     ///< what stands before it cannot be read
    bool main_stack = false;  ///< of the first thread
    bool heap = false;        ///< what sbrk() has given
    bool of_libc = false;     ///< the C library's own variables, malloc's lists among them
};

/// Appends each mapping that can be read and written, in order. False: the list cannot be read.
bool read_mappings(raw::Pile<Mapping>& into) noexcept;

/// Takes a part out of them: the system lists what lies side by side as one.
void cut_out(raw::Pile<Mapping>& mappings, std::uintptr_t low, std::uintptr_t end) noexcept;

/// The same with all that goroutines' stacks are taken from, which has guards in it.
void cut_out_stacks(raw::Pile<Mapping>& mappings) noexcept;

/// Calls f(low, end) for the parts of an anonymous mapping in which there is anything: what was
/// never touched is not read.
class PresentPages {
  public:
    PresentPages() noexcept : fd_(raw::open_to_read("/proc/self/pagemap")) {}
    ~PresentPages() {
        if (fd_ >= 0) raw::close(fd_);
    }
    PresentPages(const PresentPages&) = delete;
    PresentPages& operator=(const PresentPages&) = delete;

    template <class F>
    void each(std::uintptr_t low, std::uintptr_t end, F f) const noexcept {
        constexpr std::uintptr_t page = 4096;
        std::uint64_t entries[512];
        for (std::uintptr_t at = low; at < end;) {
            const std::size_t wanted = (end - at + page - 1) / page;
            const std::size_t count = read(at / page, entries, wanted < 512 ? wanted : 512);
            if (count == 0) return f(at, end);
            for (std::size_t i = 0; i < count; ++i, at += page)
                if ((entries[i] >> 62) != 0) f(at, at + page < end ? at + page : end);
        }
    }

  private:
    std::size_t read(std::uintptr_t first, std::uint64_t* entries,
                     std::size_t count) const noexcept;
    const int fd_;
};

}  // namespace weft::inline abi1::detail

// SPDX-License-Identifier: Apache-2.0
// System calls for code that runs while all other threads stand still, or in a copy of the process
// in which there are none: they may have been stopped with malloc's lock in hand, so nothing here
// allocates, locks or touches errno's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace weft::inline abi1::detail::raw {

inline int open_to_read(const char* path) noexcept {
    return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0));
}
inline void close(int fd) noexcept {
    syscall(SYS_close, fd);
}

/// What stands at an address that was found as a number.
template <class T>
const T* at(std::uintptr_t address) noexcept {
    return reinterpret_cast<const T*>(address);  // NOLINT(performance-no-int-to-ptr)
}

/// Memory from the system, or null. It goes with the process.
inline void* map(std::size_t bytes, int shared_or_private) noexcept {
    void* at =
        mmap(nullptr, bytes, PROT_READ | PROT_WRITE, shared_or_private | MAP_ANONYMOUS, -1, 0);
    return at == MAP_FAILED ? nullptr : at;
}

/// An array that grows, in memory of its own. T is trivial. When memory is gone: `failed()`.
template <class T>
class Pile {
  public:
    Pile() noexcept = default;
    ~Pile() {
        if (first_ != nullptr) munmap(first_, room_ * sizeof(T));
    }
    Pile(const Pile&) = delete;
    Pile& operator=(const Pile&) = delete;

    void push(const T& value) noexcept {
        if (count_ == room_ && !grow()) return;
        first_[count_++] = value;
    }
    T pop() noexcept { return first_[--count_]; }
    bool failed() const noexcept { return failed_; }
    bool empty() const noexcept { return count_ == 0; }
    std::size_t size() const noexcept { return count_; }
    void clear() noexcept { count_ = 0; }
    T* begin() noexcept { return first_; }
    T* end() noexcept { return first_ + count_; }
    T& operator[](std::size_t i) noexcept { return first_[i]; }

  private:
    bool grow() noexcept {
        const std::size_t bytes = room_ * sizeof(T);
        const std::size_t more = bytes == 0 ? 64 * 1024 : 2 * bytes;
        void* at =
            bytes == 0 ? map(more, MAP_PRIVATE) : mremap(first_, bytes, more, MREMAP_MAYMOVE);
        failed_ |= at == nullptr || at == MAP_FAILED;
        if (failed_) return false;
        first_ = static_cast<T*>(at);
        room_ = more / sizeof(T);
        return true;
    }

    T* first_ = nullptr;
    std::size_t count_ = 0;
    std::size_t room_ = 0;
    bool failed_ = false;
};

}  // namespace weft::inline abi1::detail::raw

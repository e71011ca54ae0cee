// SPDX-License-Identifier: Apache-2.0
// All other threads of the process held still for a moment, and what they have in their registers.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <ucontext.h>

namespace weft::inline abi1::detail {

/// What a thread has in hand. It lies in memory of its own, like everything that is searched.
struct StoppedThread {
    std::atomic<std::uint32_t> is_here{0};
    int id = 0;  ///< the system's
    std::uintptr_t stack_pointer = 0;
    std::uintptr_t handler_stack = 0;  ///< an address in what the handler runs on
    mcontext_t registers{};
    std::uintptr_t vector_registers[64]{};
};

/// Interrupts every other thread by a signal and keeps it in the handler as long as this lives. A
/// blocking call of a thread that does not begin again by itself (poll, sleep) fails with EINTR.
///
/// Between the constructor and the destructor nothing may be locked or allocated.
class StoppedThreads {
  public:
    static constexpr int signal = 23;  // SIGURG: ignored where no handler is left
    static constexpr std::size_t most = 1024;

    StoppedThreads() noexcept;
    ~StoppedThreads();
    StoppedThreads(const StoppedThreads&) = delete;
    StoppedThreads& operator=(const StoppedThreads&) = delete;

    /// Whether all of them stand still: one may block the signal, or there are too many.
    bool all() const noexcept { return all_; }
    std::size_t count() const noexcept { return count_; }
    /// Where it keeps what it found.
    static const void* memory() noexcept;
    static std::size_t memory_bytes() noexcept;
    const StoppedThread& operator[](std::size_t i) const noexcept;

  private:
    bool stop_all() noexcept;

    std::size_t count_ = 0;
    bool all_ = false;
};

}  // namespace weft::inline abi1::detail

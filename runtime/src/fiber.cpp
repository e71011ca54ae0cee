// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/fiber.h"

#include <cstdint>
#include <cstring>
#include <cxxabi.h>
#include <link.h>

namespace weft::inline abi1::detail {
namespace {

// What weft_abi1_switch finds on a stack that never ran, and where in it the address it returns to
// is.
#if defined(__x86_64__)
constexpr std::size_t saved_words = 9;  // six registers, the address, two to align
constexpr std::size_t return_word = 6;
#elif defined(__aarch64__)
constexpr std::size_t saved_words = 20;
constexpr std::size_t return_word = 1;
#else
#error "weft has no context switch for this processor"
#endif

}  // namespace

// Not inlined, so that the compiler, which may treat the getter as a constant, cannot keep one
// thread's answer across a switch.
[[gnu::noinline]] ExceptionState* thread_exceptions() noexcept {
    return reinterpret_cast<ExceptionState*>(abi::__cxa_get_globals());
}

void prepare(Fiber& fiber, std::byte* low, std::size_t bytes) noexcept {
    // weft_abi1_switch restores zeroes and returns into weft_abi1_entry with a 16-byte aligned
    // stack.
    auto* top = reinterpret_cast<std::uintptr_t*>(low + bytes) - saved_words;
    std::memset(top, 0, saved_words * sizeof *top);
    top[return_word] = reinterpret_cast<std::uintptr_t>(&weft_abi1_entry);
    fiber.sp = top;
    fiber.exceptions = {};
#if defined(WEFT_ASAN)
    fiber.stack_low = low;
    fiber.stack_bytes = bytes;
    fiber.fake_stack = nullptr;
    __asan_unpoison_memory_region(low, bytes);
#endif
}

void excuse_thread_locals() noexcept {
#if defined(WEFT_TSAN)
    dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void*) {
            for (int i = 0; i < info->dlpi_phnum; ++i)
                if (info->dlpi_phdr[i].p_type == PT_TLS && info->dlpi_tls_data != nullptr)
                    AnnotateBenignRaceSized(__FILE__, __LINE__, info->dlpi_tls_data,
                                            info->dlpi_phdr[i].p_memsz, "thread-local");
            return 0;
        },
        nullptr);
#endif
}

}  // namespace weft::inline abi1::detail

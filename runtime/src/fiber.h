// SPDX-License-Identifier: Apache-2.0
// What leaving one stack for another means besides registers: the C++ exception state moves with
// the goroutine, and AddressSanitizer and ThreadSanitizer are told. Without this the sanitizers
// report nonsense, and one goroutine's `throw;` rethrows another's exception.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define WEFT_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WEFT_ASAN 1
#endif
#endif
// Set by the build for the whole runtime: its scheduler files are compiled without instrumentation
// (they run on every fiber), so __SANITIZE_THREAD__ cannot tell.
#if defined(WEFT_TSAN)
extern "C" {
void* __tsan_get_current_fiber();
void* __tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void* fiber);
void __tsan_switch_to_fiber(void* fiber, unsigned flags);
void __tsan_acquire(void* address);
void __tsan_release(void* address);
void __tsan_ignore_thread_begin();
void __tsan_ignore_thread_end();
void AnnotateBenignRaceSized(const char* file, int line, const volatile void* address,
                             std::size_t size, const char* why);
}
#endif
#if defined(WEFT_ASAN)
extern "C" {
void __sanitizer_start_switch_fiber(void** fake_stack_save, const void* bottom, std::size_t size);
void __sanitizer_finish_switch_fiber(void* fake_stack, const void** bottom, std::size_t* size);
void __asan_unpoison_memory_region(const volatile void* address, std::size_t size);
}
#endif

extern "C" {
void* weft_abi1_switch(void** save, void* load, void* pass);
void weft_abi1_entry();
void weft_abi1_inspect(void* parked_sp, void (*f)(void*), void* arg);
}

namespace weft::inline abi1::detail {

#if defined(WEFT_TSAN)
inline constexpr bool thread_sanitizer = true;
#else
inline constexpr bool thread_sanitizer = false;
#endif

/// What libstdc++ and libc++abi keep per thread about exceptions in flight (__cxa_eh_globals of the
/// Itanium C++ ABI): two words that belong to the goroutine.
struct ExceptionState {
    void* caught = nullptr;
    unsigned uncaught = 0;
};
ExceptionState* thread_exceptions() noexcept;

/// The part of a goroutine that the switch works on.
struct Fiber {
    void* sp = nullptr;  ///< null: never ran
    ExceptionState exceptions;
#if defined(WEFT_TSAN)
    void* tsan = nullptr;
#endif
#if defined(WEFT_ASAN)
    std::byte* stack_low = nullptr;  ///< the lowest usable address
    std::size_t stack_bytes = 0;
    void* fake_stack = nullptr;
#endif
};

/// Prepares a stack so that the first switch to it enters weft_abi1_goroutine_main(pass).
void prepare(Fiber& fiber, std::byte* low, std::size_t bytes) noexcept;

/// Leaves `from` (which must be running) for `to`. Returns `pass` of whoever switches back.
/// `dying`: `from` never runs again. After it returns the caller must call arrived() with the fiber
/// it is on.
inline void* switch_fiber(Fiber& from, Fiber& to, ExceptionState* of_thread, void* pass,
                          [[maybe_unused]] bool dying) noexcept {
    from.exceptions = *of_thread;
    *of_thread = to.exceptions;
#if defined(WEFT_ASAN)
    __sanitizer_start_switch_fiber(dying ? nullptr : &from.fake_stack, to.stack_low,
                                   to.stack_bytes);
#endif
    return weft_abi1_switch(&from.sp, to.sp, pass);
}
inline void arrived([[maybe_unused]] Fiber& self) noexcept {
#if defined(WEFT_ASAN)
    __sanitizer_finish_switch_fiber(self.fake_stack, nullptr, nullptr);
#endif
}

// Happens-before edges that ThreadSanitizer cannot see in uninstrumented scheduler code.
inline void publish([[maybe_unused]] void* address) noexcept {
#if defined(WEFT_TSAN)
    __tsan_release(address);
#endif
}
inline void observe([[maybe_unused]] void* address) noexcept {
#if defined(WEFT_TSAN)
    __tsan_acquire(address);
#endif
}

/// The runtime's own bookkeeping is kept right by means that ThreadSanitizer cannot see (it runs on
/// whichever fiber calls), and parts of it are templates that instrumented code instantiates too:
/// accesses inside do not count.
class Unwatched {
  public:
#if defined(WEFT_TSAN)
    Unwatched() noexcept { __tsan_ignore_thread_begin(); }
    ~Unwatched() { __tsan_ignore_thread_end(); }
#else
    Unwatched() noexcept {}
    ~Unwatched() {}
#endif
    Unwatched(const Unwatched&) = delete;
    Unwatched& operator=(const Unwatched&) = delete;
};

/// Thread-local variables (errno first of all) belong to the thread, not to the goroutine that
/// happens to run there: two goroutines on one thread that touch them do not race.
void excuse_thread_locals() noexcept;

}  // namespace weft::inline abi1::detail

// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/symbolize.h"

#include <backtrace.h>
#include <cstdlib>
#include <cstring>
#include <cxxabi.h>
#include <mutex>
#include <string_view>
#include <unwind.h>
#include <utility>

#include "runtime/src/goroutine.h"

#if defined(__clang__) || defined(__GNUC__)
#define WEFT_NO_ASAN __attribute__((no_sanitize("address")))
#endif

namespace weft::inline abi1::detail {

namespace {
// Walking needs a few KiB below the parked frames; a stack that is fuller than that is not walked.
constexpr std::ptrdiff_t walk_room = 8 * 1024;

WEFT_NO_ASAN _Unwind_Reason_Code keep(_Unwind_Context* context, void* arg) {
    auto* frames = static_cast<Frames*>(arg);
    const auto pc = _Unwind_GetIP(context);
    if (pc == 0 || frames->count == frames->pc.size()) return _URC_END_OF_STACK;
    frames->pc[frames->count++] = pc;
    return _URC_NO_REASON;
}

WEFT_NO_ASAN void walk(void* frames) {
    _Unwind_Backtrace(&keep, frames);
}

void ignore_error(void*, const char*, int) {}

backtrace_state* state() {
    static backtrace_state* one = backtrace_create_state(nullptr, 1, &ignore_error, nullptr);
    return one;
}

// libbacktrace reads the debug information once, which takes a tenth of a second, and keeps it.
std::mutex& reading() {
    static std::mutex mutex;
    return mutex;
}

std::string demangle(const char* name) {
    int status = 0;
    char* readable = abi::__cxa_demangle(name, nullptr, nullptr, &status);
    std::string text = status == 0 && readable != nullptr ? readable : name;
    std::free(readable);
    return without_abi(std::move(text));
}

// As the table of symbols has it. Of what clang writes about functions libbacktrace does not find
// every name.
const char* symbol_at(std::uintptr_t pc) {
    const char* found = nullptr;
    backtrace_syminfo(
        state(), pc,
        [](void* into, std::uintptr_t, const char* name, std::uintptr_t, std::uintptr_t) {
            *static_cast<const char**>(into) = name;
        },
        &ignore_error, static_cast<void*>(&found));
    return found;
}

std::string name_of(const char* function, std::uintptr_t pc) {
    if (function == nullptr) function = symbol_at(pc);
    return function != nullptr ? demangle(function) : std::string();
}

// Frames of the runtime say nothing about the program.
bool is_internal(const std::string& function, const char* file) {
    if (function.starts_with("weft::detail::") || function.starts_with("weft_") ||
        function.starts_with("_Unwind"))
        return true;
    if (file == nullptr) return false;
    const std::string path = file;
    if (path.ends_with("_test.cpp")) return false;
    return path.find("runtime/src/") != std::string::npos ||
           path.find("weft/detail/") != std::string::npos;
}

// The innermost function that is not the standard library's, which is inlined into its callers.
struct Caller {
    bool is_known = false;
    bool is_internal = false;
};

int add_caller(void* arg, std::uintptr_t pc, const char* file, int, const char* function) {
    auto* caller = static_cast<Caller*>(arg);
    if (file != nullptr && std::string_view(file).find("/c++/") != std::string_view::npos) return 0;
    *caller = {true, is_internal(name_of(function, pc), file)};
    return 1;
}

int add_frame(void* arg, std::uintptr_t pc, const char* file, int line, const char* function) {
    std::string name = name_of(function, pc);
    if (name.empty()) {
        char address[32];
        std::snprintf(address, sizeof address, "0x%lx", static_cast<unsigned long>(pc));
        name = address;
    }
    if (!is_internal(name, file))
        static_cast<std::vector<StackFrame>*>(arg)->push_back(
            {name, file != nullptr ? file : "", line});
    return 0;
}
}  // namespace

std::string without_abi(std::string name) {
    constexpr std::string_view abi = "weft::abi1::";
    for (std::size_t at = 0; (at = name.find(abi, at)) != std::string::npos;)
        name.erase(at + 6, abi.size() - 6);
    return name;
}

void capture_here(Frames& frames) noexcept {
    frames.count = 0;
    walk(&frames);
}

bool capture_parked(Goroutine* goroutine, Frames& frames) noexcept {
    frames.count = 0;
    if (!begin_inspection(goroutine)) return false;
    const auto* sp = static_cast<std::byte*>(goroutine->fiber.sp);
    const bool room = sp - goroutine->stack.low > walk_room;
    if (room) weft_abi1_inspect(goroutine->fiber.sp, &walk, &frames);
    end_inspection(goroutine);
    return room;
}

bool is_runtime_code(std::uintptr_t pc) {
    std::lock_guard lock(reading());
    Caller caller;
    backtrace_pcinfo(state(), pc - 1, &add_caller, &ignore_error, &caller);
    return caller.is_known && caller.is_internal;
}

std::vector<StackFrame> resolve(const Frames& frames) {
    std::lock_guard lock(reading());
    std::vector<StackFrame> stack;
    for (std::size_t i = 0; i < frames.count; ++i)
        backtrace_pcinfo(state(), frames.pc[i] - 1, &add_frame, &ignore_error, &stack);
    return stack;
}

std::string text_of(const std::vector<StackFrame>& stack) {
    std::string text;
    for (const StackFrame& frame : stack) {
        text += "        " + frame.function;
        if (!frame.file.empty())
            text += "\n            " + frame.file + ":" + std::to_string(frame.line);
        text += '\n';
    }
    return text;
}

std::string symbolize(const Frames& frames) {
    return text_of(resolve(frames));
}

}  // namespace weft::inline abi1::detail

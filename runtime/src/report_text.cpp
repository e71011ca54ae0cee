// SPDX-License-Identifier: Apache-2.0
// Reports as text and as JSON.
#include <cstdio>
#include <string_view>

#include "weft/report.h"

#include "runtime/src/json.h"
#include "runtime/src/report.h"
#include "runtime/src/symbolize.h"

namespace weft::inline abi1 {

const char* to_string(Certainty certainty) noexcept {
    switch (certainty) {
        case Certainty::smell:
            return "SMELL";
        case Certainty::likely:
            return "LIKELY";
        case Certainty::proven:
            return "PROVEN";
    }
    return "SMELL";
}

const char* to_string(Finding finding) noexcept {
    switch (finding) {
        case Finding::misuse:
            return "contract broken";
        case Finding::deadlock:
            return "deadlock";
        case Finding::lock_cycle:
            return "lock cycle";
        case Finding::wait_cycle:
            return "wait cycle";
        case Finding::held_up:
            return "held up";
        case Finding::stuck:
            return "stuck";
        case Finding::growth:
            return "growth";
        case Finding::lock_order:
            return "lock order";
        case Finding::late_add:
            return "late add";
        case Finding::no_deadline:
            return "no deadline";
        case Finding::leak:
            return "leak";
    }
    return "report";
}

DeadlockError::DeadlockError(Report report)
    : std::runtime_error(report.sentence), report_(std::make_shared<Report>(std::move(report))) {}

NoDeadlineError::NoDeadlineError(Report report)
    : std::logic_error(report.sentence), report_(std::make_shared<Report>(std::move(report))) {}

namespace detail {

std::string place(const std::source_location& where) {
    if (where.line() == 0) return {};
    return std::string(where.file_name()) + ":" + std::to_string(where.line());
}

namespace {
bool is_library(std::string_view file) {
    return file.find("/include/c++/") != std::string_view::npos ||
           file.find("include/weft/") != std::string_view::npos;
}

// A name that could not be made readable is its mangled one.
bool is_library_function(std::string_view name) {
    for (const std::string_view start :
         {"std::", "weft::", "void std::", "void weft::", "_ZN4weft", "_ZNSt", "_ZSt", "__gnu"})
        if (name.starts_with(start)) return true;
    return name.empty();
}

// Without debug information there are no lines, but names.
std::string function_of(const std::vector<StackFrame>& stack) {
    for (const StackFrame& frame : stack)
        if (!is_library_function(frame.function))
            return frame.function + ", line unknown: built without -g";
    return {};
}

// The innermost call that is the program's own, or its name; else what was given.
std::string programs_line(const std::source_location& given, const std::vector<StackFrame>& stack) {
    if (!is_library(given.file_name())) return place(given);
    for (const std::string& own : {line_of(stack), function_of(stack)})
        if (!own.empty()) return own;
    return place(given);
}

// "file:line in function", the latter where it is the program's.
std::string where_of(const Report& report) {
    const auto& at = report.where;
    if (report.goroutines.empty() || is_library(at.file_name()))
        return programs_line(at, report.goroutines.empty() ? std::vector<StackFrame>{}
                                                           : report.goroutines.front().stack);
    return place(at) + " in " + without_abi(at.function_name());
}
}  // namespace

std::string line_of(const std::vector<StackFrame>& stack) {
    for (const StackFrame& frame : stack)
        if (!frame.file.empty() && !is_library(frame.file))
            return frame.file + ":" + std::to_string(frame.line);
    return {};
}

std::string line_of(const ReportedGoroutine& goroutine) {
    return programs_line(goroutine.waits_at, goroutine.stack);
}

std::string readable(Duration age) {
    const long long ns = age.count();
    char text[32];
    if (ns < 1'000'000'000)
        std::snprintf(text, sizeof text, "%lld ms", ns / 1'000'000);
    else if (ns < 600'000'000'000)
        std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(ns) / 1e9);
    else
        std::snprintf(text, sizeof text, "%lld min", ns / 60'000'000'000);
    return text;
}

std::string label(const ReportedGoroutine& goroutine) {
    std::string text = goroutine.is_thread ? "thread " : "goroutine ";
    text += std::to_string(goroutine.id);
    if (!goroutine.name.empty()) text += " \"" + goroutine.name + "\"";
    return text;
}

std::string label(const ReportedObject& object) {
    std::string text = object.kind;
    if (!object.name.empty()) return text + " \"" + object.name + "\"";
    if (const auto at = place(object.made_at); !at.empty()) text += " made at " + at;
    return text;
}

namespace {

std::string json_of(const ReportedObject& object) {
    return Json('{')
        .add("kind", object.kind)
        .add("name", object.name)
        .add("made_at", object.made_at)
        .end();
}

std::string json_of(const StackFrame& frame) {
    Json json('{');
    json.add("function", frame.function);
    if (!frame.file.empty()) json.add("at", frame.file + ":" + std::to_string(frame.line));
    return json.end();
}

}  // namespace
}  // namespace detail

std::string ReportedGoroutine::text() const {
    using namespace detail;
    std::string text = label(*this) + " [" + state;
    if (!waits_on.empty()) text += " \"" + waits_on + "\"";
    const bool waits = waits_at.line() != 0 && waits_since.count() >= 0;
    if (waits) text += ", " + readable(waits_since);
    text += "]\n";
    if (const auto at = line_of(*this); !at.empty())
        text += (waits ? "    waits at " : "    at ") + at + '\n';
    if (!remark.empty()) text += "    " + remark + '\n';
    if (time_left) text += "    its deadline is in " + readable(*time_left) + '\n';
    for (const ReportedObject& lock : holds) {
        text += "    holds " + label(lock);
        if (const auto at = place(lock.made_at); !lock.name.empty() && !at.empty())
            text += " (made at " + at + ")";
        text += '\n';
    }
    if (const auto at = place(started_at); !at.empty()) text += "    started at " + at + '\n';
    if (!stack.empty()) text += "    stack:\n" + text_of(stack);
    return text;
}

std::string ReportedGoroutine::json() const {
    using namespace detail;
    Json json('{');
    json.raw("id", std::to_string(id));
    if (parent != 0) json.raw("parent", std::to_string(parent));
    json.add("name", name);
    if (is_thread) json.raw("thread", "true");
    json.add("state", state)
        .add("waits_on", waits_on)
        .add("waits_at", line_of(*this))
        .add("remark", remark);
    if (waits_at.line() != 0) json.raw("waits_since_ms", milliseconds(waits_since));
    if (time_left) json.raw("time_left_ms", milliseconds(*time_left));
    json.add("started_at", started_at);
    const auto each = [](const auto& one) { return json_of(one); };
    if (!holds.empty()) json.raw("holds", list(holds, each));
    if (!stack.empty()) json.raw("stack", list(stack, each));
    return json.end();
}

std::string Report::text() const {
    std::string text = std::string("weft: ") + to_string(certainty) + ' ' + to_string(finding) +
                       ": " + sentence + '\n';
    if (where.line() != 0) text += "    at " + detail::where_of(*this) + '\n';
    text += details;
    for (const ReportedGoroutine& goroutine : goroutines) text += '\n' + goroutine.text();
    return text;
}

std::string Report::json() const {
    using namespace detail;
    Json json('{');
    json.add("certainty", to_string(certainty))
        .add("finding", to_string(finding))
        .add("sentence", sentence)
        .add("where", where)
        .add("details", details)
        .raw("goroutines",
             list(goroutines, [](const ReportedGoroutine& one) { return one.json(); }));
    return json.end();
}

}  // namespace weft::inline abi1

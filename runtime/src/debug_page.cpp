// SPDX-License-Identifier: Apache-2.0
#include "weft/debug_page.h"

#include <array>
#include <utility>
#include <vector>

#include "weft/dump.h"
#include "weft/report.h"
#include "weft/trace.h"

#include "runtime/src/json.h"
#include "runtime/src/markup.h"
#include "runtime/src/report.h"
#include "runtime/src/wait_map.h"

namespace weft::inline abi1 {
namespace detail {
namespace {

constexpr const char* plain = "text/plain; charset=utf-8";
constexpr const char* json = "application/json";

DebugPage stuck_text(Duration waiting_for) {
    const auto all = stuck(waiting_for);
    std::string text = all.empty() ? "weft: nothing is stuck\n" : "";
    for (const Report& one : all) text += one.text() + '\n';
    return {plain, std::move(text)};
}

DebugPage stuck_json(Duration waiting_for) {
    return {json, list(stuck(waiting_for), [](const Report& one) { return one.json(); })};
}

DebugPage goroutines_text(Duration) {
    std::string text;
    dump_grouped([&text](std::string_view part) { text += part; });
    return {plain, std::move(text)};
}

DebugPage goroutines_json(Duration) {
    return {json, list(goroutines(), [](const ReportedGoroutine& one) { return one.json(); })};
}

DebugPage waits_svg(Duration) {
    return {"image/svg+xml", draw(map_waits())};
}

DebugPage waits_json(Duration) {
    return {json, map_waits().json()};
}

// Of what happens from now on.
DebugPage trace_json(Duration recorded_for) {
    auto trace = Trace::start();
    if (!trace) return {plain, "weft: " + trace.error().text + '\n', 409};
    sleep(recorded_for);
    return {json, trace->stop().json()};
}

std::string row(const WaitPlace& at) {
    std::string text = at.stuck ? "<tr class=stuck>" : "<tr>";
    for (const std::string& cell :
         {std::to_string(at.count), at.name,
          at.object.empty() ? at.state : at.state + " \"" + at.object + '"',
          at.waits_at.empty() ? std::string() : readable(at.longest), at.waits_at, at.started_at})
        text += "<td>" + escaped(cell);
    return text + '\n';
}

std::string list_of(const std::vector<Report>& reports) {
    if (reports.empty()) return "<p>Nothing is stuck.\n";
    std::string text = "<ol>\n";
    for (const Report& one : reports)
        text += "<li><details><summary><b>" + escaped(to_string(one.certainty)) + ' ' +
                escaped(to_string(one.finding)) + ":</b> " + escaped(one.sentence) +
                "</summary><pre>" + escaped(one.text()) + "</pre></details>\n";
    return text + "</ol>\n";
}

DebugPage for_people(Duration waiting_for) {
    const WaitMap map = map_waits();
    std::size_t count = 0;
    for (const WaitPlace& at : map.places) count += at.count;
    std::string text =
        "<!doctype html><html lang=en><meta charset=utf-8><title>Goroutines</title>"
        "<meta name=viewport content=\"width=device-width\">"
        "<style>body{font:15px/1.5 system-ui,sans-serif;margin:2em;color:#1a1a1a;background:#fff}"
        "table{border-collapse:collapse}td,th{padding:.2em .8em;text-align:left;border-bottom:1px "
        "solid #ddd}.stuck{color:#b00020}pre{background:#f6f6f4;padding:1em;overflow:auto}"
        ".wide{overflow:auto}</style>\n"
        "<main><h1>" +
        std::to_string(count) + " goroutines</h1>\n<h2>What is stuck</h2>\n" +
        list_of(stuck(waiting_for)) + "<h2>Who waits for whom</h2>\n";
    text += map.arrows.empty() ? "<p>Nobody waits for another goroutine that is known.\n"
                               : "<div class=wide tabindex=0>" + draw(map) + "</div>\n";
    text +=
        "<h2>By place</h2>\n<div class=wide tabindex=0><table><tr><th>How "
        "many<th>Name<th>State<th>Longest wait<th>At<th>Started at\n";
    for (const WaitPlace& at : map.places) text += row(at);
    return {"text/html; charset=utf-8", text + "</table></div></main></html>\n"};
}

}  // namespace
}  // namespace detail

std::optional<DebugPage> debug_page(std::string_view path, Duration how_long) {
    using namespace detail;
    using Make = DebugPage (*)(Duration);
    static constexpr std::array<std::pair<std::string_view, Make>, 9> pages = {{
        {"", for_people},
        {"/", for_people},
        {"/stuck", stuck_text},
        {"/stuck.json", stuck_json},
        {"/goroutines", goroutines_text},
        {"/goroutines.json", goroutines_json},
        {"/waits.svg", waits_svg},
        {"/waits.json", waits_json},
        {"/trace.json", trace_json},
    }};
    for (const auto& [name, make] : pages)
        if (name == path) return make(how_long);
    return std::nullopt;
}

}  // namespace weft::inline abi1

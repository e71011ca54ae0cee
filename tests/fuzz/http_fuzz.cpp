// SPDX-License-Identifier: Apache-2.0
// Requests from anybody. Beyond "nothing crashes": a request is the same in whatever pieces it
// arrives, and what is taken holds none of the marks by which requests are smuggled.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "weft/ensure.h"

#include "cohort/platform/http/parser.h"
#include "cohort/platform/http/target.h"

namespace {

using namespace cohort;
using namespace cohort::http;

struct Seen {
    std::string error;
    std::string head;
    std::string body;
    bool complete = false;

    friend bool operator==(const Seen&, const Seen&) = default;
};

constexpr std::size_t body_limit = 64 * 1024;

std::string text_of(const Head& head) {
    std::string text = head.method + " " + head.target + "\n";
    for (const auto& [name, value] : head.headers) text += name + ":" + value + "\n";
    return text;
}

// Reads one request, `step` bytes at a time.
Seen read(std::string_view bytes, std::size_t step) {
    Seen seen;
    const HeadLimits limits;
    std::size_t come = 0;
    std::size_t looked = 0;
    std::optional<std::size_t> end;
    while (!end) {
        if (come == bytes.size()) return seen;
        come = std::min(come + step, bytes.size());
        auto found = find_head_end(bytes.substr(0, come), looked, limits);
        if (!found) return {found.error().code, "", "", false};
        end = *found;
        looked = come - 1;
    }
    Parser parser{limits};
    auto head = parser.head(bytes.substr(0, *end));
    if (!head) return {head.error().code, "", "", false};
    seen.head = text_of(*head);
    std::string buffer{bytes.substr(*end, come - *end)};
    while (true) {
        const auto used = parser.body(buffer, seen.body, body_limit);
        if (!used) return {used.error().code, seen.head, "", false};
        buffer.erase(0, *used);
        seen.complete = parser.done();
        if (seen.complete || come == bytes.size()) return seen;
        const std::size_t more = std::min(step, bytes.size() - come);
        buffer += bytes.substr(come, more);
        come += more;
    }
}

void check_target(std::string_view target) {
    const auto parsed = parse_target(target);
    if (!parsed) return;
    const std::string path = parsed->path + "/";
    ENSURE(path.find("/../") == path.npos && path.find("/./") == path.npos, "a path climbs");
    ENSURE(path.find('\\') == path.npos && path.find('\0') == path.npos, "a path is ambiguous");
    const auto again = parse_query("x=" + percent_encode(parsed->path));
    ENSURE(again && again->at(0).second == parsed->path, "what is encoded reads back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    const Seen whole = read(bytes, size == 0 ? 1 : size);
    // A body cut off by an error may be cut off elsewhere; all that was taken must be equal.
    if (whole.error.empty() || whole.head.empty()) {
        const Seen pieces = read(bytes, 1 + size % 7);
        const bool both_refused = !whole.error.empty() && !pieces.error.empty();
        ENSURE(both_refused || whole == pieces, "a request depends on how it is cut");
    }
    if (!whole.head.empty()) {
        const auto line_end = whole.head.find('\n');
        const auto space = whole.head.find(' ');
        check_target(std::string_view{whole.head}.substr(space + 1, line_end - space - 1));
    }
    check_target(bytes);
    return 0;
}

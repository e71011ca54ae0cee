// SPDX-License-Identifier: Apache-2.0
// The body of any request: refused or read, and what was read has one canonical text that reads as
// the same value again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "weft/ensure.h"

#include "cohort/base/json.h"

using namespace cohort;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto parsed = json::parse(bytes);
    if (!parsed) {
        ENSURE(parsed.error().kind == ErrorKind::invalid, "bad JSON is the sender's fault");
        return 0;
    }
    const std::string canonical = json::canonical(*parsed);
    const auto again = json::parse(canonical);
    ENSURE(again.ok(), "the canonical text is JSON");
    ENSURE(json::canonical(*again) == canonical, "the canonical text is the value's only one");
    const auto compact = json::parse(json::to_text(*parsed));
    ENSURE(compact && json::canonical(*compact) == canonical, "the compact text is the same value");
    if (!parsed->is_object()) return 0;
    for (const auto& member : parsed->get_object()) {
        (void)json::find_string(parsed->get_object(), member.key());
        (void)json::find_int(parsed->get_object(), member.key());
        (void)json::find_double(parsed->get_object(), member.key());
    }
    return 0;
}

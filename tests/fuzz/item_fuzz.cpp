// SPDX-License-Identifier: Apache-2.0
// What somebody entered into an item, read as the data type that the first line names; and ids.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "weft/ensure.h"

#include "cohort/base/id.h"
#include "cohort/study/item_value.h"

using namespace cohort;

static void check_item(std::string_view data_type, std::string_view raw) {
    const auto value = study::parse_item_value(data_type, raw);
    if (!value) return;
    ENSURE(value->text == raw, "what was entered is kept as it was");
    ENSURE(value->earliest_ms <= value->latest_ms, "a moment is a span of time");
    const auto order = study::compare(*value, *value);
    ENSURE(!order || *order == std::strong_ordering::equal, "a value is not unlike itself");
    // Text is what its sender wrote, and need not be UTF-8 here: JSON is made of what was JSON.
    if (value->kind != study::ValueKind::number) return;
    const auto again = json::parse(json::canonical(value->to_json(data_type)));
    ENSURE(again.ok(), "a number is a number in JSON");
}

static void check_id(std::string_view text) {
    const auto id = parse_uuid(text);
    if (!id) return;
    ENSURE(id->size() == text.size(), "an id has one length");
    ENSURE(parse_uuid(*id) && *parse_uuid(*id) == *id, "an id in lower case is itself");
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const std::size_t line = bytes.find('\n');
    if (line != bytes.npos) check_item(bytes.substr(0, line), bytes.substr(line + 1));
    check_id(bytes);
    return 0;
}

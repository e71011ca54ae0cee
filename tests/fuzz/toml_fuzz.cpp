// SPDX-License-Identifier: Apache-2.0
// A configuration file: refused with its line, or read as texts that each have a place and a
// meaning or none.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "weft/ensure.h"

#include "cohort/platform/config/parse.h"

using namespace cohort;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    for (const auto type : {config::Type::number, config::Type::boolean, config::Type::duration,
                            config::Type::size}) {
        const auto number = config::parse_number(type, bytes);
        ENSURE(!number || *number >= 0, "no setting is negative");
    }
    const auto parsed = config::parse_toml(bytes, "cohort.toml");
    if (!parsed) {
        ENSURE(parsed.error().text.starts_with("cohort.toml:"), "the line is named");
        return 0;
    }
    for (const config::FileValue& value : *parsed) {
        ENSURE(value.line >= 1, "a value stands on a line");
        ENSURE(!config::nearest_key(value.key).empty(), "some setting is nearest");
    }
    return 0;
}

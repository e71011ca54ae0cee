// SPDX-License-Identifier: Apache-2.0
// The only file that knows the TOML library; it costs seconds to compile.
#define TOML_EXCEPTIONS 0
#include <filesystem>
#include <fstream>
#include <sstream>
#include <toml++/toml.h>

#include "cohort/platform/config/parse.h"

namespace cohort::config {

// Values as the environment would spell them, so that all three sources are read alike.
static std::optional<std::string> spell(const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    if (const auto* boolean = node.as_boolean()) return boolean->get() ? "true" : "false";
    return std::nullopt;
}

static Result<void> flatten(const toml::table& table, const std::string& prefix,
                            const std::string& path, std::vector<FileValue>& values) {
    for (const auto& [name, node] : table) {
        const std::string key = prefix + std::string{name.str()};
        if (const auto* inner = node.as_table()) {
            TRY(flatten(*inner, key + ".", path, values));
            continue;
        }
        const int line = static_cast<int>(node.source().begin.line);
        const auto text = spell(node);
        if (!text) {
            return invalid("bad-setting", path + ":" + std::to_string(line) + ": " + key +
                                              " must be a text, a whole number, true or false.");
        }
        values.push_back({key, *text, line});
    }
    return {};
}

Result<std::vector<FileValue>> read_toml(const std::string& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) {
        return invalid("config-unreadable", "There is no configuration file " + path + ".");
    }
    std::ifstream in{path, std::ios::binary};
    std::stringstream text;
    text << in.rdbuf();
    if (!in)
        return invalid("config-unreadable", "Cannot read the configuration file " + path + ".");
    return parse_toml(std::move(text).str(), path);
}

Result<std::vector<FileValue>> parse_toml(std::string_view text, const std::string& path) {
    const toml::parse_result parsed = toml::parse(text);
    if (!parsed) {
        const auto line = std::to_string(parsed.error().source().begin.line);
        return invalid("config-syntax",
                       path + ":" + line + ": " + std::string{parsed.error().description()});
    }
    std::vector<FileValue> values;
    TRY(flatten(parsed.table(), "", path, values));
    return values;
}

}  // namespace cohort::config

// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/config/config.h"

#include <algorithm>
#include <cctype>
#include <unistd.h>

#include "weft/ensure.h"

#include "cohort/platform/config/parse.h"

namespace cohort::config {

static std::string variable_of(std::string_view key) {
    std::string name = "COHORT_";
    for (const char c : key) {
        name += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return name;
}

static std::string_view expected(Type type) {
    switch (type) {
        case Type::text:
            return "a text";
        case Type::number:
            return "a whole number that is not negative";
        case Type::boolean:
            return "true or false";
        case Type::duration:
            return "a duration like 500ms, 10s, 15m, 8h or 30d";
        case Type::size:
            return "a size like 4096, 64KiB or 1MiB";
    }
    return "";
}

// The least value in the unit that fits.
static std::string smallest(const Setting& setting) {
    if (setting.type == Type::duration) return std::to_string(setting.least / 1000) + "s";
    if (setting.type == Type::size) return std::to_string(setting.least / 1024) + "KiB";
    return std::to_string(setting.least);
}

std::map<std::string, std::string> process_environment() {
    std::map<std::string, std::string> found;
    for (char** entry = environ; entry && *entry; ++entry) {
        const std::string_view line{*entry};
        const auto equals = line.find('=');
        if (!line.starts_with("COHORT_") || equals == std::string_view::npos) continue;
        found.emplace(line.substr(0, equals), line.substr(equals + 1));
    }
    return found;
}

static Result<void> put(std::vector<Value>& values, std::string_view key, std::string text,
                        std::string origin) {
    const auto it = std::find_if(values.begin(), values.end(),
                                 [&](const Value& value) { return value.setting->key == key; });
    if (it == values.end()) {
        return invalid("unknown-setting", origin + ": there is no setting '" + std::string{key} +
                                              "'. The nearest is '" +
                                              std::string{nearest_key(key)} + "'.");
    }
    const Setting& setting = *it->setting;
    const auto number = parse_number(setting.type, text);
    if (!number) {
        const std::string given = setting.secret ? "" : ", not '" + text + "'";
        return invalid("bad-setting", origin + ": " + std::string{key} + " must be " +
                                          std::string{expected(setting.type)} + given + ".");
    }
    if (*number < setting.least) {
        return invalid("bad-setting", origin + ": " + std::string{key} + " must be at least " +
                                          smallest(setting) + ", not '" + text + "'.");
    }
    it->text = std::move(text);
    it->origin = std::move(origin);
    return {};
}

Result<Config> Config::load(const Sources& sources) {
    Config config;
    for (const Setting& setting : settings()) {
        config.values_.push_back({&setting, std::string{setting.fallback}, "default"});
    }
    if (!sources.file.empty()) {
        auto file = read_toml(sources.file);
        const bool absent = !file && file.error().code == "config-unreadable";
        if (!file && (sources.file_required || !absent)) return file.error();
        if (file) {
            for (FileValue& value : *file) {
                TRY(put(config.values_, value.key, std::move(value.text),
                        sources.file + ":" + std::to_string(value.line)));
            }
        }
    }
    for (const Setting& setting : settings()) {
        const std::string variable = variable_of(setting.key);
        const auto it = sources.environment.find(variable);
        if (it == sources.environment.end()) continue;
        TRY(put(config.values_, setting.key, it->second, "environment " + variable));
    }
    for (const auto& [key, text] : sources.flags) TRY(put(config.values_, key, text, "flag"));
    return config;
}

const Value& Config::find(std::string_view key, Type type) const {
    const auto it = std::find_if(values_.begin(), values_.end(),
                                 [&](const Value& value) { return value.setting->key == key; });
    ENSURE(it != values_.end(), "a setting that is not declared");
    ENSURE(it->setting->type == type, "a setting read as another type");
    return *it;
}

std::string Config::text(std::string_view key) const {
    return find(key, Type::text).text;
}

std::int64_t Config::parsed(std::string_view key, Type type) const {
    const auto number = parse_number(type, find(key, type).text);
    ENSURE(number.has_value(), "a setting is checked when it is loaded");
    return *number;
}

std::int64_t Config::number(std::string_view key) const {
    return parsed(key, Type::number);
}

bool Config::boolean(std::string_view key) const {
    return find(key, Type::boolean).text == "true";
}

std::chrono::milliseconds Config::duration(std::string_view key) const {
    return std::chrono::milliseconds{parsed(key, Type::duration)};
}

std::int64_t Config::size(std::string_view key) const {
    return parsed(key, Type::size);
}

std::string Config::shown(const Value& value) {
    return value.setting->secret && !value.text.empty() ? "********" : value.text;
}

}  // namespace cohort::config

// SPDX-License-Identifier: Apache-2.0
// Settings: a TOML file, overridden by the environment, overridden by flags. Every value remembers
// where it comes from.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cohort/base/result.h"

namespace cohort::config {

enum class Type : std::uint8_t {
    text,
    number,    ///< a whole number, not negative
    boolean,   ///< true or false
    duration,  ///< "500ms", "10s", "15m", "8h", "30d"
    size,      ///< "4096", "64KiB", "1MiB", "2GiB"
};

/// One thing that can be set. Its environment variable is COHORT_ and the key in capitals with `_`
/// for `.`.
struct Setting {
    std::string_view key;  ///< "http.port"
    Type type;
    std::string_view fallback;
    std::string_view help;
    bool secret = false;     ///< never shown
    std::int64_t least = 0;  ///< of a number, duration (ms) or size (bytes)
};

/// All settings there are, in the order `cohort config` shows them.
std::span<const Setting> settings() noexcept;

/// Where values come from; later ones override earlier ones.
struct Sources {
    std::string file = {};      ///< TOML; empty: none
    bool file_required = true;  ///< whether an absent file is an error
    std::map<std::string, std::string> environment = {};
    std::map<std::string, std::string> flags = {};  ///< by key
};

/// The environment of this process, as far as it begins with COHORT_.
std::map<std::string, std::string> process_environment();

struct Value {
    const Setting* setting;
    std::string text;
    std::string origin;  ///< "default", "cohort.toml:3", "environment COHORT_HTTP_PORT", "flag"
};

/// The settings in force. Reading a key that is not declared, or as another type, is a contract
/// breach.
class Config {
  public:
    /// Errors: invalid/config-unreadable; invalid/config-syntax with the line;
    /// invalid/unknown-setting with the nearest one that exists; invalid/bad-setting. All name the
    /// origin and none holds a secret.
    static Result<Config> load(const Sources& sources);

    std::string text(std::string_view key) const;
    std::int64_t number(std::string_view key) const;
    bool boolean(std::string_view key) const;
    std::chrono::milliseconds duration(std::string_view key) const;
    std::int64_t size(std::string_view key) const;  ///< bytes

    const std::vector<Value>& values() const noexcept { return values_; }

    /// A value as people may see it: a secret that is set is "********".
    static std::string shown(const Value& value);

  private:
    const Value& find(std::string_view key, Type type) const;
    std::int64_t parsed(std::string_view key, Type type) const;

    std::vector<Value> values_;
};

}  // namespace cohort::config

// SPDX-License-Identifier: Apache-2.0
// Log lines for machines: one JSON object a line. A line says what happened and to which id, never
// what a patient or user wrote: there is deliberately no way to log a request's body or query.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "cohort/base/result.h"

namespace cohort::log {

enum class Level : std::uint8_t { debug, info, warn, error };

std::string_view to_string(Level level) noexcept;
std::optional<Level> parse_level(std::string_view word) noexcept;

/// One member of a line.
struct Field {
    std::string_view name;
    std::variant<std::string_view, std::int64_t, double, bool> value;

    Field(std::string_view n, std::string_view v) : name(n), value(v) {}
    Field(std::string_view n, const std::string& v) : name(n), value(std::string_view{v}) {}
    Field(std::string_view n, const char* v) : name(n), value(std::string_view{v}) {}
    Field(std::string_view n, bool v) : name(n), value(v) {}
    Field(std::string_view n, double v) : name(n), value(v) {}
    template <class Number>
        requires(std::is_integral_v<Number> && !std::is_same_v<Number, bool>)
    Field(std::string_view n, Number v) : name(n), value(static_cast<std::int64_t>(v)) {}
};

/// The ambient key under which a server keeps the id of the request in hand.
struct RequestId {
    using Value = std::string;
};

/// Where lines go. Safe from any goroutine or thread, also where parking is forbidden: a line is
/// one write(2) to a descriptor opened for appending, so lines of several writers never mix.
class Logger {
  public:
    using Sink = std::function<void(std::string_view line)>;

    explicit Logger(Sink sink, Level least = Level::info) : sink_(std::move(sink)), least_(least) {}

    static Logger to_stderr(Level least = Level::info);

    /// Errors: unavailable/log-unwritable.
    static Result<Logger> to_file(const std::string& path, Level least = Level::info);

    /// Writes {"at", "level", "event", …fields, "request"}: `event` is a stable word
    /// ("http.request"); the request's id is added when the caller runs inside one.
    void write(Level level, std::string_view event, std::initializer_list<Field> fields = {}) const;

    void debug(std::string_view event, std::initializer_list<Field> fields = {}) const {
        write(Level::debug, event, fields);
    }
    void info(std::string_view event, std::initializer_list<Field> fields = {}) const {
        write(Level::info, event, fields);
    }
    void warn(std::string_view event, std::initializer_list<Field> fields = {}) const {
        write(Level::warn, event, fields);
    }
    void error(std::string_view event, std::initializer_list<Field> fields = {}) const {
        write(Level::error, event, fields);
    }

  private:
    Sink sink_;
    Level least_;
};

}  // namespace cohort::log

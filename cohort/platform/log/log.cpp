// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/log/log.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

#include "weft/context.h"

#include "cohort/base/time.h"

namespace cohort::log {

namespace {

constexpr std::array<std::string_view, 4> words{"debug", "info", "warn", "error"};

// A full disk or a closed pipe loses the line: a server must not stop because nobody listens.
void write_all(int descriptor, std::string_view line) {
    while (!line.empty()) {
        const ssize_t n = ::write(descriptor, line.data(), line.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return;
        line.remove_prefix(static_cast<std::size_t>(n));
    }
}

void append_escaped(std::string& line, std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            line += '\\';
            line += c;
        } else if (byte < 0x20 || byte == 0x7f) {  // a line break would forge a line
            line += "\\u00";
            line += digits[byte >> 4];
            line += digits[byte & 15];
        } else {
            line += c;
        }
    }
}

void append_text(std::string& line, std::string_view text) {
    line += '"';
    append_escaped(line, text);
    line += '"';
}

struct AppendValue {
    std::string& line;

    void operator()(std::string_view text) const { append_text(line, text); }
    void operator()(bool value) const { line += value ? "true" : "false"; }
    void operator()(std::int64_t value) const { line += std::to_string(value); }
    void operator()(double value) const {
        std::array<char, 32> buffer{};
        if (!std::isfinite(value)) {
            line += "null";
            return;
        }
        const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
        line.append(buffer.data(), end);
    }
};

// Closes the file when the last copy of the sink is gone.
struct File {
    int descriptor;
    explicit File(int d) : descriptor(d) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() { ::close(descriptor); }
};

}  // namespace

std::string_view to_string(Level level) noexcept {
    return words[static_cast<std::size_t>(level)];
}

std::optional<Level> parse_level(std::string_view word) noexcept {
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] == word) return static_cast<Level>(i);
    }
    return std::nullopt;
}

Logger Logger::to_stderr(Level least) {
    return Logger{[](std::string_view line) { write_all(STDERR_FILENO, line); }, least};
}

Result<Logger> Logger::to_file(const std::string& path, Level least) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (descriptor < 0) {
        return unavailable("log-unwritable", "The log file " + path + " cannot be written.");
    }
    auto file = std::make_shared<File>(descriptor);
    return Logger{[file](std::string_view line) { write_all(file->descriptor, line); }, least};
}

void Logger::write(Level level, std::string_view event, std::initializer_list<Field> fields) const {
    if (level < least_) return;
    std::string line;
    line.reserve(256);
    line += "{\"at\":\"" + to_rfc3339(now()) + "\",\"level\":\"";
    line += to_string(level);
    line += "\",\"event\":";
    append_text(line, event);
    for (const Field& field : fields) {
        line += ',';
        append_text(line, field.name);
        line += ':';
        std::visit(AppendValue{line}, field.value);
    }
    if (const std::string* request = weft::value<RequestId>()) {
        line += ",\"request\":";
        append_text(line, *request);
    }
    line += "}\n";
    sink_(line);
}

}  // namespace cohort::log

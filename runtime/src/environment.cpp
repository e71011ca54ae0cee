// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/environment.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <unistd.h>

#include "weft/ensure.h"

namespace weft::inline abi1::detail {
namespace {

const char* variable(const char* name) noexcept {
    return std::getenv(name);  // NOLINT(concurrency-mt-unsafe): only read
}

std::chrono::milliseconds milliseconds(std::string_view text) {
    long long count = -1;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
    ENSURE(failed == std::errc{} && end == text.data() + text.size() && count >= 0,
           "WEFT_DIAGNOSIS: stuck_after takes milliseconds");
    return std::chrono::milliseconds(count);
}

void take_word(Options& options, std::string_view word) {
    constexpr std::string_view stuck_after = "stuck_after=";
    if (word == "off") {
        options.diagnosis = false;
    } else if (word == "everything") {
        options.diagnosis = true;
        options.search_memory = true;
        options.crowd = 100;
        if (options.require_deadline == RequireDeadline::off)
            options.require_deadline = RequireDeadline::smell;
    } else if (word.starts_with(stuck_after)) {
        options.stuck_after = milliseconds(word.substr(stuck_after.size()));
    } else {
        ENSURE(word.empty(), "WEFT_DIAGNOSIS knows the words off, everything and stuck_after=20");
    }
}

}  // namespace

Options with_environment(Options options) {
    const char* given = variable("WEFT_DIAGNOSIS");
    std::string_view rest = given != nullptr ? given : "";
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        take_word(options, rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return options;
}

// One write, so that lines of several processes do not mix. No contract: a report that cannot be
// kept must not be lost over it.
void append_to_file(const Report& report) noexcept {
    const char* path = variable("WEFT_REPORTS");
    if (path == nullptr) return;
    const int file = ::open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    const std::string line = report.json() + '\n';
    const bool is_written =
        file >= 0 && ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    if (!is_written)
        std::fputs("weft: the file that WEFT_REPORTS names cannot be written\n", stderr);
    if (file >= 0) ::close(file);
}

}  // namespace weft::inline abi1::detail

// SPDX-License-Identifier: Apache-2.0
#include "cohort/base/id.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <sys/random.h>

#include "weft/ensure.h"
#include "weft/time.h"

namespace cohort {

namespace {

// Milliseconds and a 12-bit counter in one word: within a millisecond, and when the clock steps
// back, the counter carries the order on.
std::uint64_t next_stamp() {
    static std::atomic<std::uint64_t> last{0};
    const auto now = static_cast<std::uint64_t>(weft::wall_now().time_since_epoch().count()) << 12;
    std::uint64_t seen = last.load(std::memory_order_relaxed);
    std::uint64_t next = 0;
    do {
        next = now > seen ? now : seen + 1;
    } while (!last.compare_exchange_weak(seen, next, std::memory_order_relaxed));
    return next;
}

void fill_random(void* to, std::size_t size) {
    const ssize_t got = ::getrandom(to, size, 0);
    ENSURE(got == static_cast<ssize_t>(size), "the kernel gives random bytes");
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool dash_at(std::size_t i) {
    return i == 8 || i == 13 || i == 18 || i == 23;
}

}  // namespace

std::string new_uuid() {
    const std::uint64_t stamp = next_stamp();
    std::array<std::uint8_t, 16> bytes{};
    for (int i = 0; i < 6; ++i)
        bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(stamp >> (52 - 8 * i));
    bytes[6] = static_cast<std::uint8_t>(0x70 | ((stamp >> 8) & 0x0f));
    bytes[7] = static_cast<std::uint8_t>(stamp);
    fill_random(bytes.data() + 8, 8);
    bytes[8] = static_cast<std::uint8_t>(0x80 | (bytes[8] & 0x3f));

    std::string text;
    text.reserve(36);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (dash_at(text.size())) text += '-';
        text += "0123456789abcdef"[bytes[i] >> 4];
        text += "0123456789abcdef"[bytes[i] & 0x0f];
    }
    return text;
}

Result<std::string> parse_uuid(std::string_view text) {
    const Error bad = invalid("bad-id", "an id is a UUID of 36 characters");
    if (text.size() != 36) return bad;
    std::string lower(text);
    for (std::size_t i = 0; i < lower.size(); ++i) {
        if (dash_at(i)) {
            if (lower[i] != '-') return bad;
            continue;
        }
        const int digit = hex_digit(lower[i]);
        if (digit < 0) return bad;
        lower[i] = "0123456789abcdef"[digit];
    }
    return lower;
}

}  // namespace cohort

// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/trace.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdint>

#include "cohort/base/id.h"

namespace cohort::http {

namespace {

bool is_hex(std::string_view text) {
    return std::ranges::all_of(
        text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_id(std::string_view text) {
    return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

std::uint64_t random_start() {
    const std::string uuid = new_uuid();
    std::uint64_t start = 0;
    std::from_chars(uuid.data() + 24, uuid.data() + uuid.size(), start, 16);
    return start << 16U;
}

// Unlike each other and all others, without asking the kernel each time (splitmix64).
std::string new_digits() {
    static std::atomic<std::uint64_t> state{random_start()};
    std::uint64_t z = state.fetch_add(0x9e3779b97f4a7c15, std::memory_order_relaxed);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111eb;
    z ^= z >> 31U;
    std::string digits(16, '0');
    for (std::size_t i = 16; i-- > 0; z >>= 4U) digits[i] = "0123456789abcdef"[z & 15U];
    return digits;
}

}  // namespace

std::string Trace::traceparent() const {
    return "00-" + id + "-" + span + (is_sampled ? "-01" : "-00");
}

// "00-<32 hex>-<16 hex>-<2 hex>"; a version we do not know may have more behind another dash.
Trace trace_of(std::optional<std::string_view> traceparent) {
    constexpr std::size_t size = 55;
    const std::string_view text = traceparent.value_or("");
    const std::string_view version = text.substr(0, 2);
    const bool is_readable = text.size() >= size && text[2] == '-' && text[35] == '-' &&
                             text[52] == '-' && is_hex(version) && version != "ff" &&
                             (text.size() == size || (version != "00" && text[size] == '-')) &&
                             is_id(text.substr(3, 32)) && is_id(text.substr(36, 16)) &&
                             is_hex(text.substr(53, 2));
    if (!is_readable)
        return {.id = new_digits() + new_digits(), .span = new_digits(), .parent = {}};
    const char flags = text[54];
    const int bits = flags <= '9' ? flags - '0' : flags - 'a' + 10;
    return {.id = std::string(text.substr(3, 32)),
            .span = new_digits(),
            .parent = std::string(text.substr(36, 16)),
            .is_sampled = (bits & 1) != 0};
}

}  // namespace cohort::http

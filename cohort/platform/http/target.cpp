// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/target.h"

#include <algorithm>
#include <optional>

namespace cohort::http {

static int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

enum class Plus : bool { as_is, is_space };

static std::optional<std::string> percent_decode(std::string_view text, Plus plus) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i] == '+' && plus == Plus::is_space ? ' ' : text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
        if (high < 0 || low < 0) return std::nullopt;
        decoded += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return decoded;
}

// Length of the well-formed UTF-8 sequence at the front; 0 when there is none.
// Source: Unicode 15, table 3-7.
static std::size_t sequence_length(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const bool overlong = first == 0xE0 && byte(1) < 0xA0;
        const bool surrogate = first == 0xED && byte(1) > 0x9F;
        return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool overlong = first == 0xF0 && byte(1) < 0x90;
        const bool too_large = first == 0xF4 && byte(1) > 0x8F;
        return tail(1) && tail(2) && tail(3) && !overlong && !too_large ? 4 : 0;
    }
    return 0;
}

static bool is_clean_text(std::string_view text) noexcept {
    while (!text.empty()) {
        const auto c = static_cast<unsigned char>(text[0]);
        const std::size_t length = sequence_length(text);
        if (length == 0 || c < 0x20 || c == 0x7f) return false;
        text.remove_prefix(length);
    }
    return true;
}

static Error bad_path() {
    return invalid("bad-path", "The path is malformed or ambiguous.");
}

static Result<std::string> decode_path(std::string_view raw) {
    std::string path;
    while (!raw.empty()) {
        raw.remove_prefix(1);  // the slash
        const auto end = std::min(raw.find('/'), raw.size());
        const auto segment = percent_decode(raw.substr(0, end), Plus::as_is);
        raw.remove_prefix(end);
        if (!segment || *segment == "." || *segment == ".." || !is_clean_text(*segment) ||
            segment->find_first_of("/\\") != segment->npos) {
            return bad_path();
        }
        path += '/';
        path += *segment;
    }
    return path;
}

Result<Pairs> parse_query(std::string_view query) {
    Pairs pairs;
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const std::string_view part = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (part.empty()) continue;
        const auto equals = std::min(part.find('='), part.size());
        auto name = percent_decode(part.substr(0, equals), Plus::is_space);
        auto value = percent_decode(part.substr(std::min(equals + 1, part.size())), Plus::is_space);
        if (!name || !value || !is_clean_text(*name) || !is_clean_text(*value)) {
            return invalid("bad-query", "The query is malformed.");
        }
        pairs.emplace_back(std::move(*name), std::move(*value));
    }
    return pairs;
}

Result<Target> parse_target(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!target.starts_with(scheme)) continue;
        target.remove_prefix(scheme.size());
        target.remove_prefix(std::min(target.find_first_of("/?"), target.size()));
        if (!target.starts_with('/')) return bad_path();
        break;
    }
    if (!target.starts_with('/') || target.find('#') != target.npos) return bad_path();
    const auto question = std::min(target.find('?'), target.size());
    Target parts;
    parts.path = TRY(decode_path(target.substr(0, question)));
    parts.query = TRY(parse_query(target.substr(std::min(question + 1, target.size()))));
    return parts;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            encoded += c;
        } else {
            encoded += '%';
            encoded += digits[byte >> 4];
            encoded += digits[byte & 15];
        }
    }
    return encoded;
}

}  // namespace cohort::http

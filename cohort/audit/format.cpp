// SPDX-License-Identifier: Apache-2.0
#include "cohort/audit/format.h"

#include <variant>

#include "cohort/base/json.h"
#include "cohort/platform/auth/digest.h"

namespace cohort::audit {

namespace {

json::value json_of(const db::Value& cell) {
    if (const auto* number = std::get_if<std::int64_t>(&cell)) return *number;
    if (const auto* text = std::get_if<std::string>(&cell)) return json::string(*text);
    if (const auto* number = std::get_if<double>(&cell)) return *number;
    return nullptr;
}

json::string text(std::string_view from) {
    return json::string(from.data(), from.size());
}

}  // namespace

const std::string& record_columns() {
    static const std::string list = [] {
        std::string names;
        for (const char* column : hashed_columns) names += std::string(", r.") + column;
        for (const char* column : secret_columns) names += std::string(", r.") + column;
        return names.substr(2);
    }();
    return list;
}

std::string digest_of(std::string_view salt, std::string_view value, std::string_view unit) {
    return auth::sha256_hex(json::canonical(json::array{text(salt), text(value), text(unit)}));
}

std::string hash_of(const Link& link, const db::Row& row, int from) {
    json::object record;
    for (std::size_t i = 0; i < hashed_columns.size(); ++i) {
        const db::Value& cell = row.cells()[static_cast<std::size_t>(from) + i];
        if (!std::holds_alternative<std::monostate>(cell))
            record[hashed_columns[i]] = json_of(cell);
    }
    return auth::sha256_hex(json::canonical(json::object{{"v", 1},
                                                         {"chain", text(link.chain)},
                                                         {"number", link.number},
                                                         {"previous", text(link.previous)},
                                                         {"sealed_at", link.sealed_at.ms},
                                                         {"record", std::move(record)}}));
}

std::string head_text(std::string_view chain, std::int64_t number, std::string_view hash,
                      Instant at, std::string_view key) {
    return json::canonical(json::object{{"v", 1},
                                        {"what", "cohort-audit-head"},
                                        {"chain", text(chain)},
                                        {"number", number},
                                        {"hash", text(hash)},
                                        {"at", at.ms},
                                        {"key", text(key)}});
}

std::int64_t day_of(Instant at) {
    return to_days(date_of(at));
}

std::string cell_text(const db::Row& row, int column) {
    const db::Value& cell = row.cells()[static_cast<std::size_t>(column)];
    if (const auto* found = std::get_if<std::string>(&cell)) return *found;
    if (const auto* number = std::get_if<std::int64_t>(&cell)) return std::to_string(*number);
    if (const auto* blob = std::get_if<db::Blob>(&cell)) return blob->bytes;
    return {};
}

bool is_null(const db::Row& row, int column) {
    return std::holds_alternative<std::monostate>(row.cells()[static_cast<std::size_t>(column)]);
}

PartState state_of(const Part& part, const db::Row& row, int from) {
    const bool value = !is_null(row, from + part.value);
    const bool salt = !is_null(row, from + part.salt);
    const bool unit = part.unit >= 0 && !is_null(row, from + part.unit);
    if (is_null(row, from + part.digest))
        return value || salt || unit ? PartState::damaged : PartState::absent;
    if (!value && !salt && !unit) return PartState::redacted;
    if (!value || !salt) return PartState::damaged;
    const std::string digest =
        digest_of(cell_text(row, from + part.salt), cell_text(row, from + part.value),
                  unit ? cell_text(row, from + part.unit) : std::string());
    return digest == cell_text(row, from + part.digest) ? PartState::present : PartState::damaged;
}

}  // namespace cohort::audit

// SPDX-License-Identifier: Apache-2.0
#include "cohort/identity/lockout.h"

#include <algorithm>

#include "cohort/platform/auth/digest.h"
#include "cohort/platform/http/network.h"

namespace cohort::identity {

namespace {

struct Counted {
    std::int64_t attempts = 0;
    Instant frees_at;  ///< when the oldest one that matters no longer counts
};

// The k-th newest attempt decides: when it leaves the window, fewer than k are inside.
Result<Counted> count(db::Tx& tx, std::string_view column, std::string_view value, Instant since,
                      int limit) {
    const std::string where =
        " FROM login_attempt WHERE " + std::string{column} + " = ? AND at > ?";
    Counted counted;
    counted.attempts = TRY(tx.one("SELECT COUNT(*)" + where, value, since)).get<std::int64_t>(0);
    if (counted.attempts < limit) return counted;
    const auto row = TRY(tx.one("SELECT at" + where + " ORDER BY at DESC LIMIT 1 OFFSET ?", value,
                                since, limit - 1));
    counted.frees_at = row.get<Instant>(0);
    return counted;
}

std::chrono::seconds until(Instant frees_at, std::int64_t window_ms, Instant at) {
    const std::int64_t ms = frees_at.ms + window_ms - at.ms;
    return std::chrono::seconds(std::max<std::int64_t>(1, (ms + 999) / 1000));
}

}  // namespace

Result<Attempt> take_attempt(db::Tx& tx, std::string_view login, std::string_view peer,
                             const GuessLimits& limits, Instant at) {
    const std::int64_t window_ms = std::chrono::milliseconds(limits.window).count();
    const Instant since{at.ms - window_ms};
    const std::string login_hash = auth::sha256_hex(login);
    const std::string address = http::network_of(peer);

    const auto by_login = TRY(count(tx, "login_hash", login_hash, since, limits.per_account));
    if (by_login.attempts >= limits.per_account)
        return Attempt{.id = {}, .wait = until(by_login.frees_at, window_ms, at)};
    if (limits.per_address > 0) {
        const auto by_address = TRY(count(tx, "address", address, since, limits.per_address));
        if (by_address.attempts >= limits.per_address)
            return Attempt{.id = {}, .wait = until(by_address.frees_at, window_ms, at)};
    }

    TRY(tx.put("DELETE FROM login_attempt WHERE at <= ?", since));
    const Attempt attempt{
        .id = new_id<AttemptId>(), .wait = {}, .last = by_login.attempts + 1 == limits.per_account};
    TRY(tx.put("INSERT INTO login_attempt (id, login_hash, address, at) VALUES (?, ?, ?, ?)",
               attempt.id, login_hash, address, at));
    return attempt;
}

Result<void> give_back(db::Tx& tx, const AttemptId& attempt) {
    TRY(tx.put("DELETE FROM login_attempt WHERE id = ?", attempt));
    return {};
}

}  // namespace cohort::identity

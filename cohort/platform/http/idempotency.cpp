// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/idempotency.h"

#include "weft/time.h"

#include "cohort/platform/auth/digest.h"

namespace cohort::http {

Result<std::optional<IdempotencyKey>> idempotency_of(const Request& request) {
    auto key = TRY(request.idempotency_key());
    if (!key) return std::optional<IdempotencyKey>{};
    // The path, not the pattern: the same key on another subject is another request.
    return std::optional{IdempotencyKey{
        .caller = request.caller ? request.caller->user.text : "",
        .route = std::string{to_string(request.method)} + " " + request.path,
        .key = std::move(*key),
        .body_hash = auth::sha256_hex(request.body),
    }};
}

static json::object to_json(const Reply& reply) {
    json::object headers;
    for (const char* name : {"Content-Type", "ETag", "Location"}) {
        if (const auto value = reply.header(name); !value.empty()) headers[name] = value;
    }
    return headers;
}

Result<std::optional<Reply>> earlier_reply(db::Tx& tx, const IdempotencyKey& key) {
    const auto row =
        TRY(tx.maybe("SELECT body_hash, status, headers, body FROM idempotency "
                     "WHERE caller = ? AND route = ? AND key = ?",
                     key.caller, key.route, key.key));
    if (!row) return std::optional<Reply>{};
    if (row->template get<std::string>(0) != key.body_hash) {
        return refused("idempotency-mismatch",
                       "This Idempotency-Key was used with another body. Use a fresh key for a "
                       "different request.");
    }
    Reply reply;
    reply.status = static_cast<int>(row->template get<std::int64_t>(1));
    const auto headers =
        TRY(json::as_object(TRY(json::parse(row->template get<std::string>(2))), "headers"));
    for (const auto& header : headers) {
        reply.headers.emplace_back(header.key(), std::string{header.value().as_string()});
    }
    reply.body = row->template get<std::string>(3);
    return std::optional{std::move(reply)};
}

Result<void> keep_reply(db::Tx& tx, const IdempotencyKey& key, const Reply& reply, Instant at,
                        Kept kept) {
    TRY(
        tx.put("INSERT INTO idempotency (caller, route, key, body_hash, status, headers, body, at, "
               "for_ever) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
               key.caller, key.route, key.key, key.body_hash, std::int64_t{reply.status},
               json::to_text(to_json(reply)), std::string{reply.content()}, at,
               std::int64_t{kept == Kept::for_ever}));
    return {};
}

Result<std::int64_t> forget_replies(db::Tx& tx, Instant before, std::int64_t at_most) {
    return tx.run(
        "DELETE FROM idempotency WHERE (caller, route, key) IN "
        "(SELECT caller, route, key FROM idempotency WHERE for_ever = 0 AND at < ? "
        "ORDER BY at LIMIT ?)",
        before, at_most);
}

void forget_old_replies(db::Db& db, std::chrono::milliseconds kept) {
    constexpr std::int64_t rows_a_unit = 200;
    for (;;) {
        const Instant before{now().ms - kept.count()};
        const auto forget = [&](db::Tx& tx) { return forget_replies(tx, before, rows_a_unit); };
        for (auto gone = db.transact(forget); gone && *gone == rows_a_unit;)
            gone = db.transact(forget);
        weft::sleep(std::chrono::hours(1));
    }
}

}  // namespace cohort::http

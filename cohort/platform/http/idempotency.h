// SPDX-License-Identifier: Apache-2.0
// A create that may be sent again: the first answer is kept with the change, in its transaction.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "cohort/platform/db/db.h"
#include "cohort/platform/http/reply.h"
#include "cohort/platform/http/request.h"

namespace cohort::http {

/// The request's key and what it is bound to: caller, route and body.
struct IdempotencyKey {
    std::string caller;
    std::string route;
    std::string key;
    std::string body_hash;
};

/// Shape: nothing when the request has no key.
/// Errors: invalid/bad-idempotency-key.
Result<std::optional<IdempotencyKey>> idempotency_of(const Request& request);

/// The answer that was given to this key before, if any.
/// Errors: refused/idempotency-mismatch when it came with another body.
Result<std::optional<Reply>> earlier_reply(db::Tx& tx, const IdempotencyKey& key);

/// How long an answer is kept: as configured, or for ever where a repetition after any time would
/// do harm (enrolments, submissions).
enum class Kept : std::uint8_t { as_configured, for_ever };

/// Keeps an answer for whoever sends the key again.
Result<void> keep_reply(db::Tx& tx, const IdempotencyKey& key, const Reply& reply, Instant at,
                        Kept kept);

/// Forgets the answers kept before a moment, `at_most` of them; never those kept for ever. Shape:
/// how many it were.
Result<std::int64_t> forget_replies(db::Tx& tx, Instant before, std::int64_t at_most);

/// Forgets what is older than `kept`, every hour, in units small enough to delay nobody. A failing
/// store is asked again an hour later.
/// Cancels: ends; this is how it ends.
void forget_old_replies(db::Db& db, std::chrono::milliseconds kept);

/// Runs `f(tx)`, which returns Result<Reply>, at most once for the request's Idempotency-Key; sent
/// again, the same status, body, ETag and Location are answered and nothing is done. Call it inside
/// Db::transact, around everything the request changes: then a crash can neither double the change
/// nor lose the answer. A failed `f` leaves nothing behind and may be tried again.
///
/// Errors: those of f; invalid/bad-idempotency-key; refused/idempotency-mismatch (422). While the
/// first is still running the server itself answers conflict/idempotency-running (409).
template <class F>
Result<Reply> idempotent(db::Tx& tx, const Request& request, F f, Kept kept = Kept::as_configured) {
    const auto key = TRY(idempotency_of(request));
    if (!key) return f(tx);
    if (auto earlier = TRY(earlier_reply(tx, *key))) return std::move(*earlier);
    Reply reply = TRY(f(tx));
    TRY(keep_reply(tx, *key, reply, request.received, kept));
    return reply;
}

}  // namespace cohort::http

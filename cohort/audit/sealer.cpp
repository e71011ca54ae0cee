// SPDX-License-Identifier: Apache-2.0
// A round reads a chain's end and the records that wait, computes the hashes away from the writer,
// and stores them in one short transaction that first checks that the end is still where it was
// read. The end is believed only when its signature fits: otherwise a shortened chain would be
// continued and signed anew, and nobody could see any more that it had been longer.
#include "cohort/audit/sealer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "weft/context.h"
#include "weft/mutex.h"
#include "weft/time.h"

#include "cohort/audit/format.h"
#include "cohort/platform/db/lease.h"

namespace cohort::audit {

namespace {

using namespace std::chrono_literals;

constexpr int records_a_round = 500;
constexpr auto pause = 250ms;
constexpr auto lease_length = 2s;  // how long a killed server keeps the next one from sealing
constexpr const char* lease_name = "audit-sealer";

struct Sealed {
    std::string record;
    std::string hash;
};

}  // namespace

struct Sealer::Chain {
    std::string name;
    std::int64_t number = 0;  // of the last sealed record
    std::string hash;
    Instant at;
    std::vector<Sealed> fresh;
};

struct Sealer::Shared {
    weft::Mutex mutex;
    Status status;
};

Sealer::Sealer(db::Db& db, const auth::SigningKey& key, std::string holder)
    : db_(db), key_(key), holder_(std::move(holder)), shared_(std::make_shared<Shared>()) {
    ENSURE(!holder_.empty(), "a lease has a holder");
}

Result<std::vector<std::string>> Sealer::waiting_chains() {
    return db_.read([](db::Tx& tx) -> Result<std::vector<std::string>> {
        std::vector<std::string> names;
        for (const auto& row : TRY(tx.all("SELECT DISTINCT chain FROM audit_unsealed")))
            names.push_back(row.get<std::string>(0));
        return names;
    });
}

// Where the chain ends, if its signature says the same.
static Result<void> check_head(db::Tx& tx, const std::string& chain, std::int64_t number,
                               const std::string& hash, const auth::VerifyKey& ours) {
    const auto head =
        TRY(tx.maybe("SELECT number, hash, at, key_id, signature FROM audit_head WHERE chain = ? "
                     "ORDER BY day DESC LIMIT 1",
                     chain));
    const Error broken = refused("audit-broken", "the signed head of an audit chain does not fit");
    if (!head) return number == 0 ? Result<void>() : broken;
    if (cell_text(*head, 0) != std::to_string(number) || cell_text(*head, 1) != hash) return broken;
    // A head that an older key signed is for verify() to judge, which knows the older keys.
    const std::string key = cell_text(*head, 3);
    if (key != auth::to_hex(ours)) return {};
    const auto signature = auth::signature_from_hex(cell_text(*head, 4));
    const Instant at{head->get<std::int64_t>(2)};
    if (!signature || !auth::verify(ours, head_text(chain, number, hash, at, key), *signature))
        return broken;
    return {};
}

Result<Sealer::Chain> Sealer::read_chain(const std::string& name) {
    return db_.read([&](db::Tx& tx) -> Result<Chain> {
        Chain chain{name, 0, {}, now(), {}};
        const auto last = TRY(tx.maybe(
            "SELECT number, hash FROM audit_seal WHERE chain = ? ORDER BY number DESC LIMIT 1",
            name));
        if (last) {
            chain.number = last->get<std::int64_t>(0);
            chain.hash = last->get<std::string>(1);
        }
        TRY(check_head(tx, name, chain.number, chain.hash, key_.verify_key()));
        std::string previous = chain.hash;
        std::int64_t number = chain.number;
        TRY(tx.each(
            "SELECT " + record_columns() +
                " FROM audit_unsealed u JOIN audit_record r ON r.id = u.record "
                "WHERE u.chain = ? ORDER BY u.record LIMIT ?",
            [&](const db::Row& row) -> Result<void> {
                previous = hash_of({name, ++number, previous, chain.at}, row, 0);
                chain.fresh.push_back({row.get<std::string>(0), previous});
                return {};
            },
            name, records_a_round));
        return chain;
    });
}

// As few statements as need be: of each number of rows there is another one to prepare.
static std::size_t rows_at_once(std::size_t left) {
    return left >= 50 ? 50 : left >= 10 ? 10 : 1;
}

static std::string times(std::string_view text, std::size_t count) {
    std::string all(text);
    for (; count > 1; --count) all.append(", ").append(text);
    return all;
}

Result<void> Sealer::put_seals(db::Tx& tx, const Chain& chain) {
    std::int64_t number = chain.number;
    for (std::size_t at = 0, rows = 0; at < chain.fresh.size(); at += rows) {
        rows = rows_at_once(chain.fresh.size() - at);
        db::Values seals;
        db::Values waited{db::to_value(chain.name)};
        for (std::size_t i = at; i < at + rows; ++i) {
            const Sealed& sealed = chain.fresh[i];
            for (db::Value value :
                 {db::to_value(chain.name), db::to_value(++number), db::to_value(sealed.record),
                  db::to_value(chain.at), db::to_value(sealed.hash)})
                seals.push_back(std::move(value));
            waited.push_back(db::to_value(sealed.record));
        }
        TRY(tx.put("INSERT INTO audit_seal (chain, number, record, sealed_at, hash) VALUES " +
                       times("(?, ?, ?, ?, ?)", rows),
                   seals));
        TRY(tx.put(
            "DELETE FROM audit_unsealed WHERE chain = ? AND record IN (" + times("?", rows) + ")",
            waited));
    }
    return {};
}

// False: somebody else seals, or has sealed since the chain was read.
Result<bool> Sealer::store(db::Tx& tx, const Chain& chain) {
    if (!TRY(db::hold_lease(tx, lease_name, holder_, lease_length))) return false;
    const auto last =
        TRY(tx.one("SELECT coalesce(max(number), 0) FROM audit_seal WHERE chain = ?", chain.name));
    if (last.get<std::int64_t>(0) != chain.number) return false;

    TRY(put_seals(tx, chain));
    const auto number = chain.number + static_cast<std::int64_t>(chain.fresh.size());
    const std::string& hash = chain.fresh.back().hash;
    const std::string key = auth::to_hex(key_.verify_key());
    const auto signature = key_.sign(head_text(chain.name, number, hash, chain.at, key));
    TRY(
        tx.put("INSERT INTO audit_head (chain, day, number, hash, at, key_id, signature) "
               "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (chain, day) DO UPDATE SET "
               "number = excluded.number, hash = excluded.hash, at = excluded.at, "
               "key_id = excluded.key_id, signature = excluded.signature",
               chain.name, day_of(chain.at), number, hash, chain.at, key, auth::to_hex(signature)));
    if (chain.number == 0 && chain.name != system_chain) {
        // The system's chain remembers which chains there are, so that none can vanish whole.
        Entry started;
        started.actor = "sealer";
        started.action = "audit.chain-started";
        started.target = chain.name;
        TRY(append(tx, started));
    }
    return true;
}

Result<std::int64_t> Sealer::seal_some(const std::string& name) {
    const Chain chain = TRY(read_chain(name));
    if (chain.fresh.empty()) return std::int64_t{0};
    const bool stored =
        TRY(db_.transact([&](db::Tx& tx) -> Result<bool> { return store(tx, chain); }));
    return stored ? static_cast<std::int64_t>(chain.fresh.size()) : 0;
}

Result<std::int64_t> Sealer::seal_all() {
    std::int64_t total = 0;
    std::vector<std::string> broken;
    // A new chain's start is a record of the system's chain: one more turn seals that too.
    for (bool more = true; more;) {
        more = false;
        for (const std::string& name : TRY(waiting_chains())) {
            if (std::find(broken.begin(), broken.end(), name) != broken.end()) continue;
            auto sealed = seal_some(name);
            if (!sealed && sealed.error().code == "audit-broken") {
                broken.push_back(name);
                continue;
            }
            const std::int64_t count = TRY(std::move(sealed));
            total += count;
            more = more || count > 0;
        }
    }
    const std::lock_guard lock(shared_->mutex);
    shared_->status.sealed += total;
    shared_->status.broken = std::move(broken);
    return total;
}

void Sealer::run() {
    struct GiveBack {
        Sealer& sealer;
        ~GiveBack() {
            weft::shield([this] {
                (void)sealer.db_.transact([this](db::Tx& tx) {
                    return db::release_lease(tx, lease_name, sealer.holder_);
                });
            });
        }
    } give_back{*this};
    for (;;) {
        weft::sleep(pause);
        auto sealed = seal_all();
        const std::lock_guard lock(shared_->mutex);
        shared_->status.last_error = sealed ? std::nullopt : std::optional(sealed.error());
    }
}

Sealer::Status Sealer::status() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->status;
}

Result<Counts> counts(db::Tx& tx) {
    Counts counts;
    TRY(
        tx.each("SELECT h.chain, h.number, h.hash, h.at FROM audit_head h WHERE h.day = "
                "(SELECT max(day) FROM audit_head WHERE chain = h.chain) ORDER BY h.chain",
                [&](const db::Row& row) -> Result<void> {
                    counts.heads.push_back({row.get<std::string>(0), row.get<std::int64_t>(1),
                                            row.get<std::string>(2), row.get<Instant>(3)});
                    counts.sealed += row.get<std::int64_t>(1);
                    return {};
                }));
    const auto waiting =
        TRY(tx.one("SELECT count(*), min(r.at) FROM audit_unsealed u JOIN audit_record r "
                   "ON r.id = u.record"));
    counts.unsealed = waiting.get<std::int64_t>(0);
    counts.oldest_unsealed = waiting.get<std::optional<Instant>>(1);
    return counts;
}

}  // namespace cohort::audit

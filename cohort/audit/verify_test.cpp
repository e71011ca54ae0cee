// SPDX-License-Identifier: Apache-2.0
// An enemy with the store's file and everything but the signing key.
#include "cohort/audit/verify.h"

#include <functional>
#include <random>

#include "weft/run.h"

#include "cohort/audit/format.h"
#include "cohort/audit/sealer.h"
#include "cohort/migrations/test_store.h"
#include "tests/support/environment.h"
#include "tests/support/test.h"

namespace cohort::audit {

namespace {

// Two studies and the system, sealed in four rounds, with a lawful redaction, and three records
// that still wait.
struct World : migrations::TestStore {
    World() {
        for (int round = 0; round < 4; ++round) {
            for (int i = 0; i < 8; ++i) add(studies[static_cast<std::size_t>(i % 2)], i);
            CHECK(sealer.seal_all().ok());
        }
        redact_first();
        CHECK(sealer.seal_all().ok());
        for (int i = 0; i < 3; ++i) add(studies[0], i);
    }
    void add(const StudyId& study, int i) {
        Entry e;
        e.actor = "nurse";
        e.action = "form.item.changed";
        e.study = study;
        e.item = "sysbp";
        if (i % 3 != 0) e.old_value = Datum{std::to_string(i), i % 3 == 1 ? "mmHg" : ""};
        e.new_value = Datum{i % 4 == 0 ? "" : std::to_string(i + 1), "mmHg"};
        if (i % 2 == 0) e.reason = "typed wrongly";
        e.detail = {{"n", i}};
        CHECK(db->transact([&](db::Tx& tx) { return append(tx, e); }).ok());
    }
    void redact_first() {
        Entry by;
        by.actor = "officer";
        by.reason = "law";
        CHECK(db->transact([&](db::Tx& tx) -> Result<void> {
                    const auto row =
                        TRY(tx.one("SELECT record FROM audit_seal WHERE chain = ? AND number = 2",
                                   studies[0]));
                    return redact(tx, row.get<AuditId>(0), {"new"}, by);
                }).ok());
    }
    Result<Verdict> verdict(db::Tx& tx) { return verify(tx, {key.verify_key()}); }

    // What verify says of the store after `edit`, which is then taken back.
    Verdict after(const std::function<Result<void>(db::Tx&)>& edit) {
        Verdict verdict;
        const auto undone = db->transact([&](db::Tx& tx) -> Result<void> {
            TRY(edit(tx));
            verdict = TRY(this->verdict(tx));
            return refused("undo", "");
        });
        CHECK(undone.error().code == "undo");
        return verdict;
    }

    auth::SigningKey key = auth::SigningKey::generate();
    Sealer sealer{*db, key, "server-1"};
    std::vector<StudyId> studies{new_id<StudyId>(), new_id<StudyId>()};
};

struct Table {
    const char* name;
    const char* key;  // SQL that names one row
    std::vector<std::string> texts;
    std::vector<std::string> numbers;
};

const Table& table_of(std::size_t i) {
    static const std::vector<Table> tables = [] {
        Table record{"audit_record",
                     "id = (SELECT record FROM audit_seal WHERE chain = ? AND "
                     "number = ?)",
                     {},
                     {"at"}};
        for (const char* column : hashed_columns)
            if (std::string_view(column) != "at") record.texts.emplace_back(column);
        for (const char* column : secret_columns) record.texts.emplace_back(column);
        return std::vector<Table>{record,
                                  {"audit_seal",
                                   "chain = ? AND number = ?",
                                   {"chain", "record", "hash"},
                                   {"number", "sealed_at"}},
                                  {"audit_head",
                                   "chain = ? AND number = ?",
                                   {"chain", "hash", "key_id", "signature"},
                                   {"day", "number", "at"}}};
    }();
    return tables[i];
}

struct Enemy {
    World& world;
    std::mt19937_64 random;

    std::size_t pick(std::size_t n) { return static_cast<std::size_t>(random() % n); }
    std::string chain() {
        const std::size_t which = pick(3);
        return which == 2 ? std::string(system_chain) : world.studies[which].text;
    }
    static std::int64_t length(db::Tx& tx, const std::string& chain) {
        return tx.one("SELECT max(number) FROM audit_seal WHERE chain = ?", chain)
            ->get<std::int64_t>(0);
    }
    std::int64_t place(db::Tx& tx, const std::string& chain) {
        return 1 + static_cast<std::int64_t>(pick(static_cast<std::size_t>(length(tx, chain))));
    }

    std::string flipped(std::string text) {
        if (text.empty()) return "x";
        text[pick(text.size())] ^= static_cast<char>(1 << pick(7));
        return text;
    }

    // One bit of one cell.
    Result<void> flip(db::Tx& tx) {
        const Table& table = table_of(pick(3));
        const std::string chain = this->chain();
        const std::int64_t number =
            std::string_view(table.name) == "audit_head" ? length(tx, chain) : place(tx, chain);
        const std::size_t column = pick(table.texts.size() + table.numbers.size());
        const bool is_text = column < table.texts.size();
        const std::string& name =
            is_text ? table.texts[column] : table.numbers[column - table.texts.size()];
        const std::string where = std::string(" WHERE ") + table.key;
        const auto row =
            TRY(tx.one("SELECT " + name + " FROM " + table.name + where, chain, number));
        const db::Value changed =
            is_text ? db::to_value(flipped(cell_text(row, 0)))
                    : db::to_value(row.get<std::int64_t>(0) ^ (std::int64_t{1} << (8 + pick(40))));
        CAPTURE(name);
        CHECK(TRY(tx.run(std::string("UPDATE ") + table.name + " SET " + name + " = ?" + where,
                         changed, chain, number)) == 1);
        return {};
    }

    Result<void> remove(db::Tx& tx) {
        const std::string chain = this->chain();
        const std::int64_t number = place(tx, chain);
        const std::size_t what = 1 + pick(4);
        if (what != 2 && what != 4)
            TRY(
                tx.run("DELETE FROM audit_record WHERE id = (SELECT record FROM audit_seal WHERE "
                       "chain = ? AND number = ?)",
                       chain, number));
        if (what == 2 || what == 3)
            TRY(tx.run("DELETE FROM audit_seal WHERE chain = ? AND number = ?", chain, number));
        if (what == 3)  // and close the gap, twice over the sign so that no number is taken
            for (const char* sql :
                 {"UPDATE audit_seal SET number = -number WHERE chain = ? AND number > ?",
                  "UPDATE audit_seal SET number = -number - 1 WHERE chain = ? AND number < -?"})
                TRY(tx.run(sql, chain, number));
        if (what == 4) TRY(tx.run("DELETE FROM audit_head WHERE chain = ?", chain));
        return {};
    }

    Result<void> swap(db::Tx& tx) {
        const std::string chain = this->chain();
        const std::int64_t length = Enemy::length(tx, chain);
        if (length < 2) return flip(tx);
        const std::int64_t one =
            1 + static_cast<std::int64_t>(pick(static_cast<std::size_t>(length - 1)));
        const bool contents = pick(2) == 0;
        const auto rows =
            TRY(tx.all("SELECT record FROM audit_seal WHERE chain = ? AND number IN "
                       "(?, ?) ORDER BY number",
                       chain, one, length));
        if (!contents) {
            for (const auto& [from, to] :
                 {std::pair{one, std::int64_t{-1}}, {length, one}, {std::int64_t{-1}, length}})
                TRY(tx.run("UPDATE audit_seal SET number = ? WHERE chain = ? AND number = ?", to,
                           chain, from));
            return {};
        }
        const auto a = rows[0].get<std::string>(0);
        const auto b = rows[1].get<std::string>(0);
        for (const auto& [from, to] :
             {std::pair<std::string, std::string>{a, "t"}, {b, a}, {"t", b}})
            TRY(tx.run("UPDATE audit_record SET id = ? WHERE id = ?", to, from));
        return {};
    }

    // Makes every hash of the chain fit again, from `number` on; the signature is out of reach.
    Result<void> rehash(db::Tx& tx, const std::string& chain, std::int64_t number) {
        std::string previous;
        for (const auto& row : TRY(tx.all(
                 "SELECT s.number, s.sealed_at, s.hash, " + record_columns() +
                     " FROM audit_seal s JOIN audit_record r ON r.id = s.record WHERE s.chain = ? "
                     "ORDER BY s.number",
                 chain))) {
            const std::int64_t here = row.get<std::int64_t>(0);
            previous = here < number
                           ? row.get<std::string>(2)
                           : hash_of({chain, here, previous, row.get<Instant>(1)}, row, 3);
            TRY(tx.run("UPDATE audit_seal SET hash = ? WHERE chain = ? AND number = ?", previous,
                       chain, here));
        }
        if (pick(2) == 0)
            TRY(tx.run("UPDATE audit_head SET hash = ?, number = ? WHERE chain = ?", previous,
                       length(tx, chain), chain));
        return {};
    }

    Result<void> rewrite(db::Tx& tx) {
        const std::string chain = this->chain();
        const std::int64_t number = place(tx, chain);
        const std::string salt(32, 'a');
        TRY(
            tx.run("UPDATE audit_record SET new_value = '999', new_unit = NULL, new_salt = ?, "
                   "new_digest = ? WHERE id = (SELECT record FROM audit_seal WHERE chain = ? AND "
                   "number = ?)",
                   salt, digest_of(salt, "999"), chain, number));
        return rehash(tx, chain, number);
    }

    Result<void> insert(db::Tx& tx) {
        const std::string chain = this->chain();
        const std::int64_t number = place(tx, chain) + static_cast<std::int64_t>(pick(2));
        const auto id = new_id<AuditId>();
        TRY(
            tx.run("INSERT INTO audit_record (id, chain, at, actor, action) VALUES "
                   "(?, ?, 5, 'nobody', 'form.item.changed')",
                   id, chain));
        TRY(tx.run("UPDATE audit_seal SET number = -number WHERE chain = ? AND number >= ?", chain,
                   number));
        TRY(tx.run("UPDATE audit_seal SET number = 1 - number WHERE chain = ? AND number < 0",
                   chain));
        TRY(
            tx.run("INSERT INTO audit_seal (chain, number, record, sealed_at, hash) VALUES "
                   "(?, ?, ?, 6, 'x')",
                   chain, number, id));
        return rehash(tx, chain, number);
    }

    Result<void> truncate(db::Tx& tx) {
        const std::string chain = this->chain();
        const std::int64_t from = place(tx, chain);
        TRY(
            tx.run("DELETE FROM audit_record WHERE id IN (SELECT record FROM audit_seal WHERE "
                   "chain = ? AND number >= ?)",
                   chain, from));
        TRY(tx.run("DELETE FROM audit_seal WHERE chain = ? AND number >= ?", chain, from));
        if (pick(2) == 0)
            TRY(
                tx.run("UPDATE audit_head SET number = ?, hash = coalesce((SELECT hash FROM "
                       "audit_seal WHERE chain = ? AND number = ?), '') WHERE chain = ?",
                       from - 1, chain, from - 1, chain));
        return {};
    }

    // Values destroyed by hand, records taken out of the queue, a whole study made to vanish.
    Result<void> vanish(db::Tx& tx) {
        const std::string chain = world.studies[pick(2)].text;
        if (pick(3) == 0) {
            CHECK(TRY(tx.run("UPDATE audit_record SET new_value = NULL, new_unit = NULL, "
                             "new_salt = NULL WHERE chain = ? AND new_salt IS NOT NULL",
                             chain)) > 0);
        } else if (pick(2) == 0) {
            TRY(
                tx.run("DELETE FROM audit_unsealed WHERE record = (SELECT min(record) FROM "
                       "audit_unsealed)"));
        } else {
            for (const char* table : {"audit_record", "audit_seal", "audit_head", "audit_unsealed"})
                TRY(tx.run(std::string("DELETE FROM ") + table + " WHERE chain = ?", chain));
        }
        return {};
    }
};

// One worker: what CAPTURE notes belongs to a thread, so the goroutine must not change its own.
template <class F>
void in_runtime(F body) {
    weft::Options options;
    options.workers = 1;
    CHECK(weft::run(options, [&] { body(); }) == 0);
}

}  // namespace

TEST_CASE("an audit that nobody touched verifies") {
    in_runtime([] {
        World world;
        const Verdict verdict = world.after([](db::Tx&) -> Result<void> { return {}; });
        CHECK(verdict.good());
        CHECK(verdict.chains == 3);
        CHECK(verdict.unsealed == 3);
        CHECK(verdict.records == verdict.sealed + 3);
    });
}

TEST_CASE("two thousand single edits of every kind are all noticed") {
    in_runtime([] {
        World world;
        using Edit = Result<void> (Enemy::*)(db::Tx&);
        const Edit edits[] = {&Enemy::flip,   &Enemy::remove,   &Enemy::swap,  &Enemy::rewrite,
                              &Enemy::insert, &Enemy::truncate, &Enemy::vanish};
        for (std::uint64_t seed = 1; seed <= test::seeds(2100); ++seed) {
            CAPTURE(seed);
            Enemy enemy{world, std::mt19937_64(seed)};
            const Edit edit = edits[seed % std::size(edits)];
            const Verdict verdict = world.after([&](db::Tx& tx) { return (enemy.*edit)(tx); });
            CHECK_FALSE(verdict.good());
        }
        CHECK(world.after([](db::Tx&) -> Result<void> { return {}; }).good());
    });
}

TEST_CASE("the first bad record is named by its number and id") {
    in_runtime([] {
        World world;
        for (std::int64_t number = 1; number <= 16; ++number) {
            CAPTURE(number);
            std::string id;
            const Verdict verdict = world.after([&](db::Tx& tx) -> Result<void> {
                id = TRY(tx.one("SELECT record FROM audit_seal WHERE chain = ? AND number = ?",
                                world.studies[1], number))
                         .get<std::string>(0);
                TRY(
                    tx.run("UPDATE audit_record SET actor = 'somebody else' WHERE id >= ? AND "
                           "chain = ?",
                           id, world.studies[1]));
                return {};
            });
            REQUIRE(verdict.findings.size() == 1);
            CHECK(verdict.findings[0].chain == world.studies[1].text);
            CHECK(verdict.findings[0].number == number);
            CHECK(verdict.findings[0].record == id);
        }
    });
}

TEST_CASE("a head signed by a key that nobody trusts is a finding") {
    in_runtime([] {
        World world;
        const auto stranger = auth::SigningKey::generate();
        CHECK_FALSE(verify(*world.db, {stranger.verify_key()}).value().good());
        CHECK(verify(*world.db, {stranger.verify_key(), world.key.verify_key()}).value().good());
    });
}

TEST_CASE("an anchor from outside shows what even the key's holder rewrote") {
    in_runtime([] {
        World world;
        const auto head = world.db->read(counts).value().heads.front();
        const std::vector<auth::VerifyKey> keys{world.key.verify_key()};
        CHECK(verify(*world.db, keys, {{head.chain, head.number, head.hash}}).value().good());
        CHECK_FALSE(verify(*world.db, keys, {{head.chain, head.number, "other"}}).value().good());
        CHECK_FALSE(
            verify(*world.db, keys, {{head.chain, head.number + 1, head.hash}}).value().good());
        CHECK_FALSE(verify(*world.db, keys, {{"gone", 7, "x"}}).value().good());
    });
}

TEST_CASE("a cell of an impossible type is a finding and not the end of the checker") {
    in_runtime([] {
        World world;
        for (const char* edit :
             {"UPDATE audit_record SET actor = x'00ff'", "UPDATE audit_seal SET sealed_at = 'x'",
              "UPDATE audit_head SET day = 'x'", "UPDATE audit_record SET at = 'x'",
              "UPDATE audit_head SET signature = 7", "UPDATE audit_seal SET hash = 1.5"}) {
            CAPTURE(edit);
            CHECK_FALSE(world
                            .after([&](db::Tx& tx) -> Result<void> {
                                TRY(tx.run(edit));
                                return {};
                            })
                            .good());
        }
    });
}

}  // namespace cohort::audit

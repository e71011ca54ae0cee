// SPDX-License-Identifier: Apache-2.0
// A store that somebody has edited may hold anything, so cells are read as text whatever their
// type, and the SQL asks for what ought to be impossible.
#include "cohort/audit/verify.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "cohort/audit/format.h"

namespace cohort::audit {

namespace {

struct Head {
    std::string hash;
    bool anchor = false;
};

// A part that is gone and needs a record that says why.
struct Destroyed {
    std::int64_t number;
    std::string record;
    std::string part;
};

class ChainCheck {
  public:
    ChainCheck(db::Tx& tx, std::string chain, const std::vector<auth::VerifyKey>& trusted,
               const std::vector<Anchor>& anchors)
        : tx_(tx), chain_(std::move(chain)), trusted_(trusted), anchors_(anchors) {}

    Result<std::optional<Finding>> run() {
        TRY(read_heads());
        TRY(walk_seals());
        TRY(walk_unsealed());
        check_end();
        check_destroyed();
        return first_;
    }

    std::int64_t sealed() const noexcept { return sealed_; }
    std::int64_t unsealed() const noexcept { return unsealed_; }

  private:
    // Keeps the finding that stands first in the chain; what has no number comes last.
    void found(std::int64_t number, std::string record, std::string what) {
        const auto rank = [](std::int64_t n) { return n == 0 ? INT64_MAX : n; };
        if (first_ && rank(first_->number) <= rank(number)) return;
        first_ = Finding{chain_, number, std::move(record), std::move(what)};
    }

    Result<void> read_heads();
    void read_head(const db::Row& row);
    Result<void> walk_seals();
    void check_seal(const db::Row& row);
    Result<void> walk_unsealed();
    void check_content(std::int64_t number, const std::string& id, const db::Row& row, int from);
    void check_end();
    void check_destroyed();

    db::Tx& tx_;
    std::string chain_;
    const std::vector<auth::VerifyKey>& trusted_;
    const std::vector<Anchor>& anchors_;
    std::optional<Finding> first_;
    std::multimap<std::int64_t, Head> heads_;
    std::int64_t last_signed_ = 0;
    std::int64_t sealed_ = 0;
    std::int64_t unsealed_ = 0;
    std::int64_t good_head_ = 0;
    std::int64_t number_ = 0;
    std::string previous_;
    std::vector<Destroyed> destroyed_;
    std::set<std::pair<std::string, std::string>> redactions_;  // record, part
};

std::optional<std::int64_t> cell_number(const db::Row& row, int column) {
    const auto* found = std::get_if<std::int64_t>(&row.cells()[static_cast<std::size_t>(column)]);
    return found == nullptr ? std::nullopt : std::optional(*found);
}

std::string numbered(std::int64_t number) {
    return "record " + std::to_string(number);
}

// --- heads --------------------------------------------------------------------------------

void ChainCheck::read_head(const db::Row& row) {
    const auto day = cell_number(row, 0);
    const std::int64_t number = cell_number(row, 1).value_or(0);
    const auto at = cell_number(row, 3);
    const std::string hash = cell_text(row, 2);
    const std::string key = cell_text(row, 4);
    const auto signer = auth::verify_key_from_hex(key);
    const auto signature = auth::signature_from_hex(cell_text(row, 5));
    if (!signer || std::find(trusted_.begin(), trusted_.end(), *signer) == trusted_.end())
        return found(number, {}, "the head is signed by a key that is not trusted");
    if (!at || !day || day_of(Instant{*at}) != *day || !signature || number < 1 ||
        auth::to_hex(*signer) != key || auth::to_hex(*signature) != cell_text(row, 5) ||
        !auth::verify(*signer, head_text(chain_, number, hash, Instant{*at}, key), *signature))
        return found(number, {}, "the signature of the head does not fit");
    heads_.emplace(number, Head{hash});
    last_signed_ = std::max(last_signed_, number);
}

Result<void> ChainCheck::read_heads() {
    TRY(tx_.each(
        "SELECT day, number, hash, at, key_id, signature FROM audit_head WHERE chain = ?",
        [&](const db::Row& row) -> Result<void> {
            read_head(row);
            return {};
        },
        chain_));
    for (const Anchor& anchor : anchors_)
        if (anchor.chain == chain_) heads_.emplace(anchor.number, Head{anchor.hash, true});
    return {};
}

// --- records ------------------------------------------------------------------------------

void ChainCheck::check_content(std::int64_t number, const std::string& id, const db::Row& row,
                               int from) {
    if (cell_text(row, from + place_of("chain")) != chain_)
        found(number, id, "the record belongs to another chain");
    for (const Part& part : parts) {
        const PartState state = state_of(part, row, from);
        if (state == PartState::redacted)
            destroyed_.push_back({number, id, std::string(part.name)});
        if (state == PartState::damaged)
            found(number, id, std::string(part.name) + " is not what was written");
    }
    if (cell_text(row, from + place_of("action")) != "audit.redacted") return;
    const auto detail = json::parse(cell_text(row, from + place_of("detail")));
    if (!detail || !detail->is_object()) return;
    const auto names = json::get_array(detail->get_object(), "parts");
    if (!names) return;
    for (const json::value& name : *names)
        if (name.is_string())
            redactions_.emplace(cell_text(row, from + place_of("target")),
                                std::string(name.get_string().c_str()));
}

void ChainCheck::check_seal(const db::Row& row) {
    constexpr int from = 4;  // number, record, sealed_at, hash, and then the record itself
    const std::int64_t number = cell_number(row, 0).value_or(0);
    const std::string id = cell_text(row, 1);
    const std::string hash = cell_text(row, 3);
    const auto sealed_at = cell_number(row, 2);
    ++sealed_;
    if (number != number_ + 1) found(number_ + 1, {}, numbered(number_ + 1) + " is missing");
    if (is_null(row, from)) {
        found(number, id, "the record is gone, its seal is there");
    } else {
        check_content(number, id, row, from);
        if (!sealed_at ||
            hash_of({chain_, number, previous_, Instant{sealed_at.value_or(0)}}, row, from) != hash)
            found(number, id, "the record does not fit its seal");
    }
    const auto [begin, end] = heads_.equal_range(number);
    for (auto head = begin; head != end; ++head) {
        if (head->second.hash == hash)
            good_head_ = number;
        else
            found(good_head_ + 1, {},
                  std::string(head->second.anchor ? "the anchor" : "the signed head") + " of " +
                      numbered(number) + " does not fit: this record or one after it was changed");
    }
    number_ = number;
    previous_ = hash;
}

Result<void> ChainCheck::walk_seals() {
    return tx_.each(
        "SELECT s.number, s.record, s.sealed_at, s.hash, " + record_columns() +
            " FROM audit_seal s LEFT JOIN audit_record r ON r.id = s.record "
            "WHERE s.chain = ? ORDER BY s.number",
        [&](const db::Row& row) -> Result<void> {
            check_seal(row);
            return {};
        },
        chain_);
}

Result<void> ChainCheck::walk_unsealed() {
    TRY(tx_.each(
        "SELECT u.record, " + record_columns() +
            " FROM audit_record r LEFT JOIN audit_seal s ON s.record = r.id "
            "LEFT JOIN audit_unsealed u ON u.record = r.id AND u.chain = r.chain "
            "WHERE r.chain = ? AND s.record IS NULL ORDER BY r.id",
        [&](const db::Row& row) -> Result<void> {
            ++unsealed_;
            const std::string id = cell_text(row, 1);
            if (is_null(row, 0)) found(0, id, "the record is neither sealed nor waiting for it");
            check_content(0, id, row, 1);
            return {};
        },
        chain_));
    return tx_.each(
        "SELECT u.record, s.number FROM audit_unsealed u "
        "LEFT JOIN audit_record r ON r.id = u.record AND r.chain = u.chain "
        "LEFT JOIN audit_seal s ON s.record = u.record "
        "WHERE u.chain = ? AND (r.id IS NULL OR s.record IS NOT NULL)",
        [&](const db::Row& row) -> Result<void> {
            found(cell_number(row, 1).value_or(0), cell_text(row, 0),
                  "a record waits for a seal that it cannot get");
            return {};
        },
        chain_);
}

// --- the whole ----------------------------------------------------------------------------

void ChainCheck::check_end() {
    if (sealed_ > 0 && last_signed_ == 0) found(1, {}, "the chain's signed head is gone");
    if (number_ > last_signed_)
        found(last_signed_ + 1, {}, numbered(last_signed_ + 1) + " is beyond the signed head");
    for (const auto& [number, head] : heads_)
        if (number > number_)
            found(number_ + 1, {},
                  numbered(number_ + 1) +
                      " is missing: " + (head.anchor ? "an anchor" : "the signed head") +
                      " says there were " + std::to_string(number));
}

void ChainCheck::check_destroyed() {
    for (const Destroyed& gone : destroyed_)
        if (!redactions_.contains({gone.record, gone.part}))
            found(gone.number, gone.record,
                  gone.part + " was destroyed without a record of the redaction");
}

// --- all chains ---------------------------------------------------------------------------

// A UNION also shows chains of which only a trace is left.
Result<std::set<std::string>> all_chains(db::Tx& tx, const std::vector<Anchor>& anchors) {
    std::set<std::string> chains;
    TRY(
        tx.each("SELECT chain FROM audit_record UNION SELECT chain FROM audit_seal "
                "UNION SELECT chain FROM audit_head UNION SELECT chain FROM audit_unsealed "
                "UNION SELECT target FROM audit_record WHERE action = 'audit.chain-started'",
                [&](const db::Row& row) -> Result<void> {
                    chains.insert(cell_text(row, 0));
                    return {};
                }));
    for (const Anchor& anchor : anchors) chains.insert(anchor.chain);
    return chains;
}

// Every sealed chain was started once, in the system's chain, and every started one is there.
Result<std::vector<Finding>> check_starts(db::Tx& tx) {
    std::vector<Finding> findings;
    TRY(tx.each(
        "SELECT c.chain, (SELECT count(*) FROM audit_record r WHERE r.target = c.chain "
        "AND r.action = 'audit.chain-started' AND r.chain = 'system') FROM "
        "(SELECT DISTINCT chain FROM audit_seal WHERE chain <> 'system') c",
        [&](const db::Row& row) -> Result<void> {
            if (cell_text(row, 1) != "1")
                findings.push_back({cell_text(row, 0),
                                    1,
                                    {},
                                    "the chain was started " + cell_text(row, 1) + " times"});
            return {};
        }));
    TRY(tx.each(
        "SELECT r.target FROM audit_record r WHERE r.action = 'audit.chain-started' AND "
        "r.chain = 'system' AND NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.chain = r.target)",
        [&](const db::Row& row) -> Result<void> {
            findings.push_back({cell_text(row, 0), 1, {}, "the whole chain is gone"});
            return {};
        }));
    return findings;
}

}  // namespace

Result<Verdict> verify(db::Tx& tx, const std::vector<auth::VerifyKey>& trusted,
                       const std::vector<Anchor>& anchors) {
    Verdict verdict;
    std::set<std::string> bad;
    for (const std::string& chain : TRY(all_chains(tx, anchors))) {
        ChainCheck check(tx, chain, trusted, anchors);
        auto finding = TRY(check.run());
        verdict.chains += 1;
        verdict.sealed += check.sealed();
        verdict.unsealed += check.unsealed();
        if (!finding) continue;
        bad.insert(chain);
        verdict.findings.push_back(std::move(*finding));
    }
    for (Finding& finding : TRY(check_starts(tx)))
        if (bad.insert(finding.chain).second) verdict.findings.push_back(std::move(finding));
    verdict.records = TRY(tx.one("SELECT count(*) FROM audit_record")).get<std::int64_t>(0);
    return verdict;
}

Result<Verdict> verify(db::Db& db, const std::vector<auth::VerifyKey>& trusted,
                       const std::vector<Anchor>& anchors) {
    return db.read([&](db::Tx& tx) { return verify(tx, trusted, anchors); });
}

}  // namespace cohort::audit

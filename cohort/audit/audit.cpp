// SPDX-License-Identifier: Apache-2.0
#include "cohort/audit/audit.h"

#include <algorithm>

#include "cohort/audit/format.h"
#include "cohort/base/version.h"
#include "cohort/platform/auth/digest.h"
#include "cohort/platform/auth/random.h"

namespace cohort::audit {

namespace {

constexpr std::size_t salt_bytes = 16;

db::Value or_null(const std::string& text) {
    return text.empty() ? db::Value() : db::to_value(text);
}

// A text with what is needed to destroy it later without breaking the chain.
struct Salted {
    db::Value value, unit, salt, digest;
};

Salted salted(const std::optional<Datum>& datum) {
    if (!datum) return {};
    const std::string salt = auth::to_hex(auth::random_bytes(salt_bytes));
    return {db::to_value(datum->text), or_null(datum->unit), db::to_value(salt),
            db::to_value(digest_of(salt, datum->text, datum->unit))};
}

Salted salted(const std::string& text) {
    return salted(text.empty() ? std::nullopt : std::optional(Datum{text, {}}));
}

std::string chain_of(const StudyId& study) {
    return study.empty() ? std::string(system_chain) : study.text;
}

// --- reading ------------------------------------------------------------------------------

std::string text_at(const db::Row& row, std::string_view column) {
    return cell_text(row, place_of(column));
}

std::optional<Datum> datum_at(const db::Row& row, std::string_view value, std::string_view unit) {
    if (is_null(row, place_of(value))) return std::nullopt;
    return Datum{text_at(row, value), text_at(row, unit)};
}

json::object detail_of(const std::string& text) {
    if (text.empty()) return {};
    auto parsed = json::parse(text);
    return parsed && parsed->is_object() ? parsed->get_object() : json::object{};
}

Entry entry_of(const db::Row& row) {
    Entry e;
    e.actor = text_at(row, "actor");
    e.role = text_at(row, "role");
    e.on_behalf_of = text_at(row, "on_behalf_of");
    e.action = text_at(row, "action");
    e.study = StudyId{text_at(row, "study")};
    e.site = SiteId{text_at(row, "site")};
    e.zone = text_at(row, "zone");
    e.subject = SubjectId{text_at(row, "subject")};
    e.event = text_at(row, "event");
    e.event_repeat = text_at(row, "event_repeat");
    e.form = text_at(row, "form");
    e.form_repeat = text_at(row, "form_repeat");
    e.form_id = FormId{text_at(row, "form_id")};
    e.group = text_at(row, "item_group");
    e.group_repeat = text_at(row, "group_repeat");
    e.item = text_at(row, "item");
    e.target = text_at(row, "target");
    e.old_value = datum_at(row, "old_value", "old_unit");
    e.new_value = datum_at(row, "new_value", "new_unit");
    e.reason_code = text_at(row, "reason_code");
    e.reason = text_at(row, "reason");
    e.address = text_at(row, "address");
    e.client = text_at(row, "client");
    e.how = text_at(row, "how");
    e.detail = detail_of(text_at(row, "detail"));
    e.at = row.get<Instant>(place_of("at"));
    return e;
}

// A row of record_columns() and then the seal's number, hash and time.
Record record_of(const db::Row& row) {
    Record record;
    record.id = AuditId{text_at(row, "id")};
    record.entry = entry_of(row);
    record.version = text_at(row, "version");
    for (const Part& part : parts)
        if (!is_null(row, part.digest) && is_null(row, part.salt))
            record.redacted.emplace_back(part.name);
    if (!is_null(row, column_count))
        record.seal = Record::Seal{row.get<std::int64_t>(column_count),
                                   row.get<std::string>(column_count + 1),
                                   row.get<Instant>(column_count + 2)};
    return record;
}

struct Where {
    std::string sql;
    db::Values values;

    void add(const char* condition, db::Value value) {
        sql += sql.empty() ? " WHERE " : " AND ";
        sql += condition;
        values.push_back(std::move(value));
    }
    void add_text(const char* condition, const std::string& text) {
        if (!text.empty()) add(condition, db::to_value(text));
    }
};

std::string joined(const std::vector<SiteId>& sites) {
    std::string out;
    for (const SiteId& site : sites) out += site.text + ",";
    return out;
}

Where where_of(const Filter& filter) {
    Where where;
    if (filter.study) where.add("r.chain = ?", db::to_value(chain_of(*filter.study)));
    where.add_text("r.site = ?", filter.site.text);
    // The ids as one parameter: they have no wildcards, so LIKE finds them whole.
    if (filter.sites) where.add("? LIKE '%' || r.site || '%'", db::to_value(joined(*filter.sites)));
    where.add_text("r.subject = ?", filter.subject.text);
    where.add_text("r.form_id = ?", filter.form_id.text);
    where.add_text("r.item_group = ?", filter.group);
    where.add_text("r.group_repeat = ?", filter.group_repeat);
    where.add_text("r.item = ?", filter.item);
    where.add_text("r.target = ?", filter.target);
    where.add_text("r.actor = ?", filter.actor);
    where.add_text("r.action = ?", filter.action);
    if (filter.from) where.add("r.at >= ?", filter.from->ms);
    if (filter.until) where.add("r.at < ?", filter.until->ms);
    return where;
}

const Part* part_named(const std::string& name) {
    const auto* found =
        std::find_if(parts.begin(), parts.end(), [&](const Part& p) { return p.name == name; });
    return found == parts.end() ? nullptr : found;
}

}  // namespace

Result<AuditId> append(db::Tx& tx, const Entry& e) {
    ENSURE(!e.actor.empty() && !e.action.empty(), "an audit record says who did what");
    const auto id = new_id<AuditId>();
    const std::string chain = chain_of(e.study);
    const Salted before = salted(e.old_value);
    const Salted after = salted(e.new_value);
    const Salted reason = salted(e.reason);
    const Salted address = salted(e.address);
    const db::Value detail =
        e.detail.empty() ? db::Value() : db::to_value(json::canonical(e.detail));
    TRY(tx.put(
        "INSERT INTO audit_record (id, chain, at, zone, actor, role, on_behalf_of, action, study, "
        "site, subject, event, event_repeat, form, form_repeat, form_id, item_group, group_repeat, "
        "item, target, old_value, old_unit, old_salt, old_digest, new_value, new_unit, new_salt, "
        "new_digest, reason_code, reason, reason_salt, reason_digest, address, address_salt, "
        "address_digest, client, how, version, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        id, chain, e.at.value_or(now()), or_null(e.zone), e.actor, or_null(e.role),
        or_null(e.on_behalf_of), e.action, e.study, e.site, e.subject, or_null(e.event),
        or_null(e.event_repeat), or_null(e.form), or_null(e.form_repeat), e.form_id,
        or_null(e.group), or_null(e.group_repeat), or_null(e.item), or_null(e.target), before.value,
        before.unit, before.salt, before.digest, after.value, after.unit, after.salt, after.digest,
        or_null(e.reason_code), reason.value, reason.salt, reason.digest, address.value,
        address.salt, address.digest, or_null(e.client), or_null(e.how), software_version(),
        detail));
    TRY(tx.put("INSERT INTO audit_unsealed (chain, record) VALUES (?, ?)", chain, id));
    return id;
}

Result<History> history(db::Tx& tx, const Filter& filter, const Page& page) {
    ENSURE(page.limit >= 1 && page.limit <= 1000 && page.offset >= 0, "a page has its bounds");
    Where where = where_of(filter);
    History history;
    history.total = TRY(tx.one("SELECT count(*) FROM audit_record r" + where.sql, where.values))
                        .get<std::int64_t>(0);
    const std::string order = page.newest_first ? "r.at DESC, r.id DESC" : "r.at, r.id";
    where.values.emplace_back(page.limit);
    where.values.emplace_back(page.offset);
    TRY(tx.each(
        "SELECT " + record_columns() + ", s.number, s.hash, s.sealed_at FROM audit_record r " +
            "LEFT JOIN audit_seal s ON s.record = r.id" + where.sql + " ORDER BY " + order +
            " LIMIT ? OFFSET ?",
        [&](const db::Row& row) -> Result<void> {
            history.records.push_back(record_of(row));
            return {};
        },
        where.values));
    return history;
}

Result<void> redact(db::Tx& tx, const AuditId& record, const std::vector<std::string>& names,
                    const Entry& by) {
    if (by.reason.empty() && by.reason_code.empty())
        return refused("reason-required", "destroying a part of the audit needs a reason");
    for (const std::string& name : names)
        if (part_named(name) == nullptr)
            return invalid("bad-part", "the parts are old, new, reason and address");
    const auto found =
        TRY(tx.maybe("SELECT " + record_columns() + " FROM audit_record r WHERE r.id = ?", record));
    if (!found) return not_found("audit-record", "there is no such audit record");

    json::array destroyed;
    for (const std::string& name : names) {
        if (is_null(*found, part_named(name)->salt)) continue;
        const bool datum = name == "old" || name == "new";
        TRY(tx.put(
            "UPDATE audit_record SET " +
                (datum ? name + "_value = NULL, " + name + "_unit = NULL, " : name + " = NULL, ") +
                name + "_salt = NULL WHERE id = ?",
            record));
        destroyed.emplace_back(json::string(name));
    }
    if (destroyed.empty()) return {};
    Entry entry = by;
    entry.action = "audit.redacted";
    entry.study = StudyId{text_at(*found, "study")};
    entry.target = record.text;
    entry.detail["parts"] = std::move(destroyed);
    TRY(append(tx, entry));
    return {};
}

}  // namespace cohort::audit

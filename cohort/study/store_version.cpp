// SPDX-License-Identifier: Apache-2.0
#include "cohort/study/store_version.h"

#include <atomic>
#include <map>
#include <set>

#include "cohort/study/element_io.h"

namespace cohort::study {
namespace {

Error no_version() {
    return not_found("metadata-version", "there is no such metadata version");
}

Result<std::vector<xml::Element>> definition_rows(db::Tx& tx, const MetadataVersionId& id,
                                                  bool implied) {
    std::vector<xml::Element> out;
    TRY(tx.each(
        "SELECT body FROM definition WHERE version_id = ? AND implied = ? ORDER BY position",
        [&](db::Row&& row) -> Result<void> {
            out.push_back(TRY(element_from_json(TRY(parse_body(row.get<std::string>(0))))));
            return {};
        },
        id, implied));
    return out;
}

template <class T>
void mark_implied(std::vector<T>& definitions) {
    for (T& d : definitions) d.implied = true;
}

Result<MetadataVersion> load_implied(db::Tx& tx, const MetadataVersionId& id) {
    xml::Element holder;
    holder.children = TRY(definition_rows(tx, id, true));
    MetadataVersion out = read_version(holder);
    mark_implied(out.events);
    mark_implied(out.forms);
    mark_implied(out.groups);
    mark_implied(out.items);
    return out;
}

bool has(const std::vector<ChildRef>& refs, const std::string& oid) {
    for (const ChildRef& ref : refs)
        if (ref.oid == oid) return true;
    return false;
}

void add_missing(std::vector<ChildRef>& to, const std::vector<ChildRef>& from) {
    for (const ChildRef& ref : from)
        if (!has(to, ref.oid)) to.push_back(ref);
}

std::vector<ChildRef>* children_of(StudyEventDef& d) {
    return &d.forms;
}
std::vector<ChildRef>* children_of(FormDef& d) {
    return &d.groups;
}
std::vector<ChildRef>* children_of(ItemGroupDef& d) {
    return &d.items;
}
std::vector<ChildRef>* children_of(ItemDef&) {
    return nullptr;
}

template <class T>
T* find_in(std::vector<T>& definitions, const std::string& oid) {
    for (T& d : definitions)
        if (d.oid == oid) return &d;
    return nullptr;
}

/// Adds what is not there; a parent that is there gets the children it lacks. True when anything
/// changed.
template <class T>
bool merge_implied(std::vector<T>& to, std::vector<T>& from) {
    bool changed = false;
    for (T& d : from) {
        if (!d.implied) continue;
        T* there = find_in(to, d.oid);
        if (!there) {
            to.push_back(d);
            changed = true;
        } else if (auto* children = children_of(*there)) {
            const size_t before = children->size();
            add_missing(*children, *children_of(d));
            changed = changed || children->size() != before;
        }
    }
    return changed;
}

bool merge_implied(MetadataVersion& to, MetadataVersion& from) {
    const bool events = merge_implied(to.events, from.events);
    const bool forms = merge_implied(to.forms, from.forms);
    const bool groups = merge_implied(to.groups, from.groups);
    const bool items = merge_implied(to.items, from.items);
    return events || forms || groups || items;
}

/// A version and those it builds on, nearest first.
struct Link {
    MetadataVersionId id;
    StudyId study;
    std::string revision = {};
};

constexpr const char* link_of =
    "SELECT v.study_id, v.revision, i.id FROM metadata_version v"
    " LEFT JOIN study s ON s.oid = v.included_study"
    " LEFT JOIN metadata_version i ON i.study_id = s.id"
    " AND i.oid = v.included_version WHERE v.id = ?";

Result<std::vector<Link>> chain_of(db::Tx& tx, const MetadataVersionId& id) {
    constexpr size_t links_max = 16;  // a version that includes itself must end too
    std::vector<Link> chain;
    std::optional<MetadataVersionId> next = id;
    while (next && chain.size() < links_max) {
        const auto row = TRY(tx.maybe(link_of, *next));
        if (!row) return no_version();
        for (const Link& link : chain)
            if (link.id == *next) return chain;
        chain.push_back({*next, row->get<StudyId>(0), row->get<std::string>(1)});
        next = row->get<std::optional<MetadataVersionId>>(2);
    }
    return chain;
}

Result<std::vector<MeasurementUnit>> units_of(db::Tx& tx, const std::vector<Link>& chain) {
    std::vector<MeasurementUnit> out;
    std::set<std::string> studies, oids;
    for (const Link& link : chain) {
        if (!studies.insert(link.study.text).second) continue;
        xml::Element units;
        units.name = "BasicDefinitions";
        units.ns = odm_namespace;
        for (const db::Row& row : TRY(tx.all(
                 "SELECT body FROM study_unit WHERE study_id = ? ORDER BY position", link.study)))
            units.children.push_back(
                TRY(element_from_json(TRY(parse_body(row.get<std::string>(0))))));
        xml::Element holder;
        holder.children.push_back(std::move(units));
        const auto read = read_study(holder).basic_definitions;
        if (!read) continue;
        for (const MeasurementUnit& unit : read->units)
            if (oids.insert(unit.oid).second) out.push_back(unit);
    }
    return out;
}

Result<std::shared_ptr<const Definition>> build(db::Tx& tx, const std::vector<Link>& chain) {
    MetadataVersion own;
    std::vector<MetadataVersion> included;
    for (size_t i = 0; i < chain.size(); ++i) {
        MetadataVersion version = TRY(load_version(tx, chain[i].id));
        if (i == 0)
            own = std::move(version);
        else
            included.push_back(std::move(version));
    }
    MetadataVersion implied = TRY(load_implied(tx, chain.front().id));
    auto units = TRY(units_of(tx, chain));
    if (implied.events.empty() && implied.forms.empty() && implied.groups.empty() &&
        implied.items.empty())
        return std::make_shared<const Definition>(std::move(own), std::move(included),
                                                  std::move(units));
    // Implied children belong to the merged parents, wherever those were declared.
    const Definition declared(std::move(own), std::move(included), units);
    MetadataVersion merged = declared.merged();
    merge_implied(merged, implied);
    return std::make_shared<const Definition>(std::move(merged), std::vector<MetadataVersion>(),
                                              std::move(units));
}

/// Definitions by version and revision. What is in it cannot change, so a stale reader only loads
/// once more; lock-free because the store's writer thread may not park.
class Remembered {
  public:
    using Map = std::map<std::string, std::shared_ptr<const Definition>, std::less<>>;

    std::shared_ptr<const Definition> find(const std::string& key) const {
        const auto map = map_.load();
        const auto it = map->find(key);
        return it == map->end() ? nullptr : it->second;
    }

    void add(const std::string& key, const std::shared_ptr<const Definition>& definition) {
        constexpr size_t kept_max = 64;
        auto old = map_.load();
        for (;;) {
            auto fresh = std::make_shared<Map>(*old);
            if (fresh->size() >= kept_max) fresh->erase(fresh->begin());
            (*fresh)[key] = definition;
            if (map_.compare_exchange_strong(old, std::move(fresh))) return;
        }
    }

  private:
    std::atomic<std::shared_ptr<const Map>> map_{std::make_shared<const Map>()};
};

Remembered& remembered() {
    static Remembered all;
    return all;
}

/// The rows of one kind as a version, so that one reader serves them all.
template <class T>
Result<bool> store_implied(db::Tx& tx, const MetadataVersionId& id, const std::vector<T>& all,
                           std::vector<T> MetadataVersion::* member) {
    bool changed = false;
    for (const T& d : all) {
        MetadataVersion holder;
        (holder.*member).push_back(d);
        const xml::Element written = write_version(holder, true);
        const xml::Element& e = written.children.front();
        const std::string body = json::to_text(element_to_json(e));
        const auto row =
            TRY(tx.maybe("SELECT position, body FROM definition WHERE version_id = ?"
                         " AND kind = ? AND oid = ? AND implied = ?",
                         id, e.name, d.oid, true));
        if (row && row->template get<std::string>(1) == body) continue;
        changed = true;
        if (row) {
            TRY(tx.put("UPDATE definition SET body = ? WHERE version_id = ? AND position = ?", body,
                       id, row->template get<std::int64_t>(0)));
            continue;
        }
        const auto position = TRY(tx.one("SELECT COALESCE(MAX(position), 0) + 1 FROM definition"
                                         " WHERE version_id = ?",
                                         id))
                                  .template get<std::int64_t>(0);
        TRY(insert_definition(tx, id, position, e, true));
    }
    return changed;
}

}  // namespace

Result<MetadataVersion> load_version(db::Tx& tx, const MetadataVersionId& id) {
    const auto row = TRY(tx.maybe("SELECT body FROM metadata_version WHERE id = ?", id));
    if (!row) return no_version();
    xml::Element shell = TRY(element_from_json(TRY(parse_body(row->get<std::string>(0)))));
    auto rows = TRY(definition_rows(tx, id, false));
    size_t next = 0;
    for (xml::Element& child : shell.children)
        if (is_definition(child) && next < rows.size()) child = std::move(rows[next++]);
    return read_version(shell);
}

Result<void> add_implied(db::Tx& tx, const MetadataVersionId& version,
                         const MetadataVersion& implied) {
    MetadataVersion there = TRY(load_implied(tx, version));
    MetadataVersion wanted = implied;
    if (!merge_implied(there, wanted)) return {};
    bool changed = TRY(store_implied(tx, version, there.events, &MetadataVersion::events));
    changed |= TRY(store_implied(tx, version, there.forms, &MetadataVersion::forms));
    changed |= TRY(store_implied(tx, version, there.groups, &MetadataVersion::groups));
    changed |= TRY(store_implied(tx, version, there.items, &MetadataVersion::items));
    if (!changed) return {};
    // Never a number counted up: a rolled-back change and the next one would share it.
    TRY(tx.put("UPDATE metadata_version SET revision = ? WHERE id = ?", new_uuid(), version));
    return {};
}

Result<std::shared_ptr<const Definition>> definition(db::Tx& tx, const MetadataVersionId& id) {
    const auto chain = TRY(chain_of(tx, id));
    std::string key;
    for (const Link& link : chain) key += link.id.text + ':' + link.revision + ' ';
    auto known = remembered().find(key);
    if (!known) {
        known = TRY(build(tx, chain));
        remembered().add(key, known);
    }
    if (last_definition(id) != known) remembered().add(id.text, known);
    return known;
}

void definition_soon(db::Tx& tx, const MetadataVersionId& id) {
    tx.soon(link_of, id);
}

std::shared_ptr<const Definition> last_definition(const MetadataVersionId& id) {
    return remembered().find(id.text);
}

}  // namespace cohort::study

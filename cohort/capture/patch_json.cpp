// SPDX-License-Identifier: Apache-2.0
#include "cohort/capture/patch_json.h"

#include <utility>

#include "cohort/base/result.h"

namespace cohort::capture {

Result<std::string> repeat_from(const json::object& from, std::string_view member) {
    const json::value* value = from.if_contains(member);
    if (value == nullptr || value->is_null()) return std::string("1");
    if (value->is_int64()) return std::to_string(value->get_int64());
    return json::get_string(from, member);
}

namespace {

Result<std::string> text(const json::object& from, std::string_view member) {
    return TRY(json::find_string(from, member)).value_or(std::string());
}

Result<Change> change_from(const json::object& from) {
    Change change;
    change.key.group = TRY(json::get_string(from, "group"));
    change.key.repeat = TRY(repeat_from(from, "repeat"));
    change.key.item = TRY(json::get_string(from, "item"));
    change.raw = TRY(json::get_string(from, "raw"));
    change.unit = TRY(text(from, "unit"));
    change.missing = TRY(text(from, "missing"));
    change.base_version = TRY(json::get_int(from, "base_version"));
    change.reason = TRY(text(from, "reason"));
    return change;
}

Result<RowAddition> addition_from(const json::object& from) {
    return RowAddition{.group = TRY(json::get_string(from, "group")),
                       .repeat = TRY(repeat_from(from, "repeat")),
                       .reason = TRY(text(from, "reason")),
                       .row_id = TRY(text(from, "row_id"))};
}

Result<RowRemoval> removal_from(const json::object& from) {
    return RowRemoval{.group = TRY(json::get_string(from, "group")),
                      .repeat = TRY(repeat_from(from, "repeat")),
                      .base_version = TRY(json::get_int(from, "base_version")),
                      .reason = TRY(text(from, "reason"))};
}

// Reads a list, and says in which entry an error is.
template <class T>
Result<std::vector<T>> list_from(const json::object& body, const char* name,
                                 Result<T> (*read)(const json::object&)) {
    std::vector<T> out;
    const json::array entries = TRY(json::find_array(body, name)).value_or(json::array());
    if (entries.size() > changes_max)
        return invalid("too-many-changes", "A request changes at most 1000 items.");
    for (const json::value& entry : entries) {
        const std::string where = std::string(name) + "[" + std::to_string(out.size()) + "]";
        const json::object members = TRY(json::as_object(entry, where));
        auto one = read(members);
        if (!one) return Error{one.error().kind, one.error().code, where + ": " + one.error().text};
        out.push_back(std::move(*one));
    }
    return out;
}

Result<Acknowledgement> acknowledgement_from(const json::object& from) {
    return Acknowledgement{.key = {.group = TRY(json::get_string(from, "group")),
                                   .repeat = TRY(repeat_from(from, "repeat")),
                                   .item = TRY(json::get_string(from, "item"))},
                           .check = TRY(json::get_string(from, "check"))};
}

Acknowledgement acknowledgement_from(std::string_view text) {
    Acknowledgement out;
    std::string* const parts[] = {&out.key.group, &out.key.repeat, &out.key.item};
    std::string_view rest = text;
    for (std::string* part : parts) {
        const std::size_t slash = rest.find('/');
        if (slash == std::string_view::npos) return {.key = {}, .check = std::string(text)};
        *part = rest.substr(0, slash);
        rest.remove_prefix(slash + 1);
    }
    out.check = rest;
    return out;
}

}  // namespace

Result<Patch> patch_from(const json::object& body) {
    Patch patch;
    patch.changes = TRY(list_from<Change>(body, "changes", change_from));
    patch.additions = TRY(list_from<RowAddition>(body, "additions", addition_from));
    patch.removals = TRY(list_from<RowRemoval>(body, "removals", removal_from));
    if (patch.changes.empty() && patch.additions.empty() && patch.removals.empty())
        return invalid("empty-patch", "The body names no change: \"changes\" is missing or empty.");
    return patch;
}

Result<std::vector<Acknowledgement>> acknowledged_from(const json::object& body) {
    std::vector<Acknowledgement> out;
    for (const json::value& entry :
         TRY(json::find_array(body, "acknowledged")).value_or(json::array())) {
        if (entry.is_string())
            out.push_back(acknowledgement_from(std::string_view(entry.get_string())));
        else
            out.push_back(TRY(acknowledgement_from(TRY(json::as_object(entry, "acknowledged")))));
    }
    return out;
}

}  // namespace cohort::capture

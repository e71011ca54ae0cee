// SPDX-License-Identifier: Apache-2.0
#include "cohort/study/definition_schema.h"

#include <iterator>
#include <utility>
#include <vector>

namespace cohort::study {

using json::has;
using json::may;
using json::Member;
using json::Schema;

namespace {

Schema described(const char* name, std::vector<Member> more) {
    std::vector<Member> members{has("oid", Schema::text()), has("name", Schema::text()),
                                may("title", texts_schema()), may("implied", Schema::boolean())};
    std::move(more.begin(), more.end(), std::back_inserter(members));
    return Schema::named(name, Schema::object(std::move(members)));
}

Schema references_schema() {
    return Schema::list(Schema::named(
        "Reference",
        Schema::object({has("oid", Schema::text()), has("mandatory", Schema::boolean()),
                        may("condition", Schema::text()), may("method", Schema::text())})));
}

Schema event_schema() {
    const Schema window = Schema::named(
        "Window", Schema::object({has("day", Schema::whole()), has("minus", Schema::whole()),
                                  has("plus", Schema::whole())}));
    return described("EventDef", {has("type", Schema::text()), has("repeating", Schema::boolean()),
                                  has("mandatory", Schema::boolean()),
                                  has("forms", references_schema()), may("window", window)});
}

// The comparator is null where the study uses a formal expression, which is not evaluated.
Schema check_schema() {
    const Schema comparator = Schema::named(
        "Comparator", Schema::one_of({"LT", "LE", "GT", "GE", "EQ", "NE", "IN", "NOTIN"}));
    return Schema::named(
        "CheckDef",
        Schema::object({has("id", Schema::text()), has("comparator", comparator.or_null()),
                        has("values", Schema::list(Schema::text())),
                        has("severity", Schema::one_of({"soft", "hard"})),
                        may("unit", Schema::text()), has("message", texts_schema())}));
}

Schema item_schema() {
    return Schema::named(
        "ItemDef",
        Schema::object(
            {has("oid", Schema::text()), has("name", Schema::text()),
             has("question", texts_schema()), may("help", texts_schema()),
             has("data_type", Schema::text()), may("length", Schema::whole()),
             may("significant_digits", Schema::whole()),
             may("unit_oids", Schema::list(Schema::text())), may("code_list", Schema::text()),
             has("checks", Schema::list(check_schema())), may("implied", Schema::boolean())}));
}

Schema code_list_schema() {
    const Schema entry =
        Schema::named("CodeListEntry",
                      Schema::object({has("value", Schema::text()), has("text", texts_schema())}));
    return described("CodeListDef",
                     {has("data_type", Schema::text()), has("external", Schema::boolean()),
                      has("entries", Schema::list(entry))});
}

}  // namespace

Schema texts_schema() {
    return Schema::named("Text", Schema::map(Schema::text()));
}

Schema definition_schema() {
    const Schema version =
        Schema::object({has("oid", Schema::text()), has("name", Schema::text())});
    const Schema form = described(
        "FormDef", {has("repeating", Schema::boolean()), has("groups", references_schema())});
    const Schema group = described(
        "GroupDef", {has("repeating", Schema::boolean()), has("items", references_schema())});
    const Schema unit = Schema::named(
        "UnitDef", Schema::object({has("oid", Schema::text()), has("name", Schema::text()),
                                   has("symbol", texts_schema())}));
    return Schema::named(
        "Definition",
        Schema::object(
            {has("metadata_version", version), has("languages", Schema::list(Schema::text())),
             has("events", Schema::list(event_schema())), has("forms", Schema::list(form)),
             has("groups", Schema::list(group)), has("items", Schema::list(item_schema())),
             has("code_lists", Schema::list(code_list_schema())),
             has("units", Schema::list(unit))}));
}

}  // namespace cohort::study

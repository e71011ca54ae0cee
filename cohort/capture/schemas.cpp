// SPDX-License-Identifier: Apache-2.0
#include "cohort/capture/schemas.h"

#include <iterator>
#include <utility>
#include <vector>

#include "cohort/platform/http/doc.h"
#include "cohort/study/definition_schema.h"
#include "cohort/subjects/routes.h"

namespace cohort::capture {

using json::has;
using json::may;
using json::Member;
using json::Schema;
using json::wish;

namespace {

// Which item of which row; a repeat is a key, not a count: it names one row for life.
std::vector<Member> at_item(std::vector<Member> more) {
    std::vector<Member> members{has("group", Schema::text()), has("repeat", Schema::text()),
                                has("item", Schema::text())};
    std::move(more.begin(), more.end(), std::back_inserter(members));
    return members;
}

// In a request a repeat may be a number too, and without one it is "1".
Schema repeat() {
    return Schema::either({Schema::text(), Schema::whole()});
}

Schema item_schema() {
    const Schema finding =
        Schema::named("Finding", Schema::object({has("check", Schema::text()),
                                                 has("severity", Schema::one_of({"soft", "hard"})),
                                                 has("message", Schema::map(Schema::text())),
                                                 may("acknowledged", Schema::boolean())}));
    return Schema::named(
        "ItemValue",
        Schema::object(
            at_item({has("raw", Schema::text()), may("value", Schema::any()),
                     may("unit", Schema::text()), may("missing", Schema::text()),
                     has("by", Schema::text()), has("at", Schema::instant()),
                     has("version", Schema::whole(0)), has("findings", Schema::list(finding))})));
}

Schema row_schema() {
    const Schema removal = Schema::object(
        {has("by", Schema::text()), has("at", Schema::instant()), has("reason", Schema::text())});
    return Schema::named(
        "Row", Schema::object({has("group", Schema::text()), has("repeat", Schema::text()),
                               has("version", Schema::whole(0)), may("row_id", Schema::text()),
                               may("removed", removal)}));
}

Schema stage_schema() {
    const Schema name =
        Schema::named("StageName", Schema::one_of({"received", "validated", "stored", "archived"}));
    return Schema::named(
        "Stage", Schema::object({has("stage", name), has("at", Schema::instant()),
                                 has("ms", Schema::number()), may("version", Schema::whole(0))}));
}

Schema instance() {
    return Schema::object({has("oid", Schema::text()), has("repeat", Schema::text())});
}

Schema conflict_schema() {
    const Schema yours =
        Schema::object({has("raw", Schema::text()), has("base_version", Schema::whole()),
                        may("unit", Schema::text()), may("missing", Schema::text())});
    const Schema theirs = Schema::object(
        {may("raw", Schema::text()), may("unit", Schema::text()), may("missing", Schema::text()),
         may("by", Schema::text()), may("at", Schema::instant()), may("version", Schema::whole()),
         may("removed", Schema::boolean()), may("reason", Schema::text())});
    return Schema::named(
        "Conflict",
        Schema::object({has("group", Schema::text()), has("repeat", Schema::text()),
                        may("item", Schema::text()), may("yours", yours), has("theirs", theirs)}));
}

Schema record_schema() {
    const Schema seal =
        Schema::object({has("number", Schema::whole()), has("hash", Schema::text())});
    std::vector<Member> members{has("id", Schema::id()),
                                has("at", Schema::instant()),
                                has("who", Schema::text()),
                                has("who_id", Schema::text()),
                                has("role", Schema::text()),
                                has("action", Schema::text()),
                                has("sealed", seal.or_null()),
                                may("detail", Schema::map(Schema::any())),
                                may("redacted", Schema::list(Schema::text()))};
    for (const char* name :
         {"on_behalf_of", "site", "subject", "event", "event_repeat", "form", "form_id", "group",
          "repeat", "item", "reason", "old", "old_unit", "new", "new_unit"})
        members.push_back(may(name, Schema::text()));
    return Schema::named("AuditRecord", Schema::object(std::move(members)));
}

Schema state_schema() {
    return Schema::named("CellState",
                         Schema::one_of({"not_due", "due", "overdue", "in_progress", "complete"}));
}

}  // namespace

// --- forms --------------------------------------------------------------------------------

Schema form_schema() {
    const Schema subject = Schema::object({has("id", Schema::id()), has("key", Schema::text())});
    const Schema archive =
        Schema::object({has("version", Schema::whole(0)), has("digest", Schema::text()),
                        has("at", Schema::instant()), has("by", Schema::text())});
    return Schema::named(
        "FormDocument",
        Schema::object(
            {has("id", Schema::id()), has("study", Schema::id()), has("subject", subject),
             has("site", Schema::id()), has("event", instance()), has("form", instance()),
             has("state", Schema::one_of({"in_progress", "complete"})),
             has("version", Schema::whole(0)), has("metadata_version", Schema::id()),
             has("rows", Schema::list(row_schema())), has("items", Schema::list(item_schema())),
             has("people", Schema::map(Schema::text())),
             has("stages", Schema::list(stage_schema())), may("archive", archive)}));
}

Schema added_row_schema() {
    const Schema added =
        Schema::object({has("group", Schema::text()), has("repeat", Schema::text())});
    return Schema::named("AddedRow", form_schema().with({has("added", added)}));
}

Schema form_problem_schema() {
    return http::problem_schema("FormProblem", {may("conflicts", Schema::list(conflict_schema()))});
}

Schema form_place_schema() {
    return Schema::named(
        "NewForm", Schema::object({has("event", Schema::text()), wish("event_repeat", repeat()),
                                   has("form", Schema::text()), wish("form_repeat", repeat())}));
}

Schema patch_schema() {
    const Schema change = Schema::named(
        "Change",
        Schema::object({has("group", Schema::text()), wish("repeat", repeat()),
                        has("item", Schema::text()), has("raw", Schema::text()),
                        wish("unit", Schema::text()), wish("missing", Schema::text()),
                        has("base_version", Schema::whole()), wish("reason", Schema::text())}));
    const Schema addition = Schema::named(
        "RowAddition",
        Schema::object({has("group", Schema::text()), wish("repeat", repeat()),
                        wish("reason", Schema::text()), wish("row_id", Schema::text())}));
    const Schema removal = Schema::named(
        "RowRemoval",
        Schema::object({has("group", Schema::text()), wish("repeat", repeat()),
                        has("base_version", Schema::whole()), has("reason", Schema::text())}));
    return Schema::named("FormPatch", Schema::object({wish("changes", Schema::list(change)),
                                                      wish("additions", Schema::list(addition)),
                                                      wish("removals", Schema::list(removal))}));
}

Schema new_row_schema() {
    return Schema::named(
        "NewRow", Schema::object({has("group", Schema::text()), wish("reason", Schema::text()),
                                  wish("row_id", Schema::text())}));
}

// A finding by its address, or as "GROUP/REPEAT/ITEM/CHECK", or by its check alone.
Schema acknowledged_schema() {
    const Schema one = Schema::object({has("group", Schema::text()), wish("repeat", repeat()),
                                       has("item", Schema::text()), has("check", Schema::text())});
    return Schema::named(
        "Acknowledged", Schema::object({wish(
                            "acknowledged", Schema::list(Schema::either({Schema::text(), one})))}));
}

// --- lives --------------------------------------------------------------------------------

Schema history_schema() {
    return Schema::named("FormHistory",
                         Schema::object({has("records", Schema::list(record_schema())),
                                         has("total", Schema::whole(0)),
                                         has("stages", Schema::list(stage_schema()))}));
}

Schema trail_schema() {
    return Schema::named("AuditPage", Schema::object({has("records", Schema::list(record_schema())),
                                                      has("total", Schema::whole(0))}));
}

// --- subjects -----------------------------------------------------------------------------

// The states are counted over every subject, on the first page only.
Schema matrix_schema() {
    const Schema column = Schema::named(
        "MatrixColumn",
        Schema::object({has("event", Schema::text()), has("event_repeat", Schema::text()),
                        has("form", Schema::text()), has("mandatory", Schema::boolean())}));
    const Schema cell = Schema::named(
        "MatrixCell",
        Schema::object({has("state", state_schema()), may("form_id", Schema::id()),
                        may("instances", Schema::whole(2)), may("due", Schema::date())}));
    const Schema row =
        Schema::named("MatrixRow", Schema::object({has("subject", subjects::subject_schema()),
                                                   has("cells", Schema::list(cell))}));
    std::vector<Member> counts;
    for (const char* state : {"not_due", "due", "overdue", "in_progress", "complete"})
        counts.push_back(has(state, Schema::whole(0)));
    return Schema::named(
        "Matrix", Schema::object({has("columns", Schema::list(column)),
                                  has("rows", Schema::list(row)), has("total", Schema::whole(0)),
                                  may("states", Schema::object(std::move(counts)))}));
}

Schema subject_detail_schema() {
    const Schema form = Schema::named(
        "SubjectForm",
        Schema::object({has("form", Schema::text()), has("form_repeat", Schema::text()),
                        has("mandatory", Schema::boolean()), has("state", state_schema()),
                        has("form_id", Schema::id().or_null())}));
    const Schema window =
        Schema::object({has("first", Schema::date()), has("last", Schema::date())});
    const Schema visit = Schema::named(
        "Visit", Schema::object({has("event", Schema::text()), has("event_repeat", Schema::text()),
                                 has("due", Schema::date().or_null()), may("window", window),
                                 has("forms", Schema::list(form))}));
    return Schema::named("SubjectDetail",
                         subjects::subject_schema().with({has("visits", Schema::list(visit))}));
}

}  // namespace cohort::capture

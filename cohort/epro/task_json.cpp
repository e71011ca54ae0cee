// SPDX-License-Identifier: Apache-2.0
// Tasks as the API shows them, to staff and to patients alike.
#include "cohort/epro/routes.h"

namespace cohort::epro {

using json::has;
using json::may;
using json::Schema;

json::object to_json(const Task& task) {
    json::object out{{"plan", task.plan.text},
                     {"number", task.window.number},
                     {"name", task.name},
                     {"day", to_string(task.window.day)},
                     {"opens_at", to_rfc3339(task.window.opens)},
                     {"due_at", to_rfc3339(task.window.due)},
                     {"closes_at", to_rfc3339(task.window.closes)},
                     {"state", to_string(task.state)}};
    if (!task.answered) return out;
    out["answered_at"] = to_rfc3339(task.answered->received_at);
    out["answered_late"] = task.answered->is_late;
    out["response"] = task.answered->id.text;
    return out;
}

Schema task_schema() {
    return Schema::named(
        "PatientTask",
        Schema::object({has("plan", Schema::id()), has("number", Schema::whole(1)),
                        has("name", Schema::text()), has("day", Schema::date()),
                        has("opens_at", Schema::instant()), has("due_at", Schema::instant()),
                        has("closes_at", Schema::instant()),
                        has("state", Schema::one_of({"upcoming", "open", "late", "done", "missed",
                                                     "excused"})),
                        may("answered_at", Schema::instant()),
                        may("answered_late", Schema::boolean()), may("response", Schema::id())}));
}

json::array to_json(const std::vector<questionnaire::Score>& scores) {
    json::array all;
    for (const questionnaire::Score& score : scores)
        all.push_back(
            json::object{{"name", score.name},
                         {"value", score.value ? json::value(*score.value) : json::value(nullptr)},
                         {"problem", score.problem}});
    return all;
}

Schema scores_schema() {
    return Schema::list(Schema::named(
        "Score",
        Schema::object({has("name", Schema::text()), has("value", Schema::text().or_null()),
                        has("problem", Schema::text())})));
}

}  // namespace cohort::epro

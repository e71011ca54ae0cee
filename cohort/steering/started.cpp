// SPDX-License-Identifier: Apache-2.0
#include "cohort/steering/started.h"

namespace cohort::steering {

using json::has;
using json::Schema;

http::Reply started(const jobs::Enqueued& job) {
    http::Reply reply =
        http::Reply::json(job.is_new ? 201 : 200, json::object{{"job", job.id.text}});
    reply.set("Location", "/api/v1/jobs/" + job.id.text);
    return reply;
}

std::vector<http::Good> started_answers() {
    const auto body = http::Content::json(
        Schema::named("StartedJob", Schema::object({has("job", Schema::id())})));
    return {{201, "The job that was started", body},
            {200, "The same one is under way already", body}};
}

}  // namespace cohort::steering

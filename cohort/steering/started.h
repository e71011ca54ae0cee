// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cohort/platform/http/doc.h"
#include "cohort/platform/http/reply.h"
#include "cohort/platform/jobs/ledger.h"

namespace cohort::steering {

/// The answer to who starts a job: 201, or 200 where it is under way already.
http::Reply started(const jobs::Enqueued& job);

/// The same, for the description of the route.
std::vector<http::Good> started_answers();

}  // namespace cohort::steering

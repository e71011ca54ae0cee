// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cohort/epro/take.h"

namespace cohort::push {

/// Lets a submission's report wait for the next push, in the submission's transaction.
epro::FollowUp follow_up();

}  // namespace cohort::push

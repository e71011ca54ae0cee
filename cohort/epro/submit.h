// SPDX-License-Identifier: Apache-2.0
// The way of a patient's answers: read, validated, scored and held against the dangerous-answer
// rules before anything is stored; then one transaction with all that follows, or nothing.
#pragma once

#include "cohort/epro/take.h"
#include "cohort/platform/app.h"
#include "cohort/platform/http/reply.h"
#include "cohort/platform/http/request.h"

namespace cohort::epro {

/// Takes the answers in a request of a patient to one window.
///
/// Shape:  201 with what the patient is told; 200 with the same when the same answers came before.
/// Errors: not_found/task; invalid/bad-json and the like; conflict/task-answered (by other
/// answers);
///         refused/task-not-open, refused/task-closed, refused/study-paused,
///         refused/questionnaire-withdrawn, refused/response-refused (each place is named).
/// Blocks: the goroutine, until all is durable.
Result<http::Reply> submit(App& app, ReadyForms& forms, const FollowUps& follow_ups,
                           const http::Request& request);

}  // namespace cohort::epro

// SPDX-License-Identifier: Apache-2.0
// The one place that knows every module: who gets which handle, which routes there are.
#pragma once

#include <optional>

#include "cohort/audit/sealer.h"
#include "cohort/epro/patients.h"
#include "cohort/epro/take.h"
#include "cohort/identity/identity.h"
#include "cohort/platform/app.h"
#include "cohort/platform/auth/seal.h"
#include "cohort/platform/calls/calls.h"
#include "cohort/platform/events/bus.h"
#include "cohort/platform/http/router.h"
#include "cohort/platform/jobs/engine.h"
#include "cohort/platform/mail/settings.h"

namespace cohort::app {

/// With what this server calls the sites' receivers of reports.
struct Receivers {
    Receivers(const auth::SigningKey& signing, const config::Config& config);

    auth::SealingKey key;  ///< of their tokens in the store
    calls::Caller caller;
};

/// Adds every route of every slice.
void add_routes(http::Router& router, App& app, identity::Identity& identity,
                epro::Patients& patients, const audit::Sealer& sealer, const Receivers& receivers,
                jobs::Engine& engine);

/// What follows every submission of a patient.
epro::FollowUps follow_ups();

/// Lets an engine work on every kind of job that any slice has. Without `sending` no mails go out.
void add_kinds(jobs::Engine& engine, App& app, const std::optional<mail::Sending>& sending,
               Receivers& receivers);

/// Lets a bus carry events to everybody who acts on some.
void add_subscribers(events::Bus& bus);

/// Starts what is to start by itself.
/// Cancels: ends; this is how it ends.
void keep_schedules(jobs::Engine& engine, App& app);

/// What the system page shows, health, metrics and settings.
void system_routes(http::Router& router, App& app, const audit::Sealer& sealer);

/// What the requests that run are doing.
void requests_route(http::Router& router, App& app);

/// What all goroutines of the process are doing, and who waits for whom.
void goroutines_routes(http::Router& router);

/// Lets /metrics read what other modules count.
void add_gauges(App& app, const jobs::Engine& engine, const events::Bus& bus);

}  // namespace cohort::app

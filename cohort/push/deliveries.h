// SPDX-License-Identifier: Apache-2.0
// Reports on their way to receivers, in the store: one for each submission, from then on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cohort/base/time.h"
#include "cohort/platform/db/tx.h"
#include "cohort/platform/jobs/job.h"

namespace cohort {
using DeliveryId = Id<struct DeliveryTag>;
}

namespace cohort::push {

enum class Standing : std::uint8_t {
    waiting,       ///< it is to be sent; the receiver certainly has not got it
    unknown,       ///< it was sent, and whether it arrived is not known
    acknowledged,  ///< the receiver has it, and said so with its digest
    refused,       ///< the receiver does not want it
};
std::string_view to_string(Standing standing) noexcept;
std::optional<Standing> parse_standing(std::string_view word) noexcept;

struct Delivery {
    DeliveryId id;
    std::string submission;
    StudyId study;
    SiteId site;
    std::string name;  ///< for people
    Standing state = Standing::waiting;
    JobId job = {};           ///< that has it in hand, or had it last; empty: none yet
    std::string digest = {};  ///< SHA-256 of what was sent, in hexadecimal
    std::int64_t attempts = 0;
    std::string reply = {};
    Instant changed_at = {};
};

struct NewDelivery {
    std::string submission;
    StudyId study;
    SiteId site;
    std::string name;
};

/// In the transaction that takes the submission. Again: nothing.
Result<void> add(db::Tx& tx, const NewDelivery& wish);

/// Errors: not_found/delivery.
Result<Delivery> get(db::Tx& tx, const DeliveryId& id);

/// What became of one, as of this transaction. `reply` is the receiver's own word.
Result<void> note(db::Tx& tx, const DeliveryId& id, Standing state, const std::string& reply);

/// It is about to be sent: from here on it is unknown.
Result<void> note_sending(db::Tx& tx, const DeliveryId& id, const std::string& digest);

/// What the receiver of a site refused waits again.
Result<void> try_refused_again(db::Tx& tx, const StudyId& study, const SiteId& site);

// --- taking up ------------------------------------------------------------------------------

/// The job has deliveries no more that are not over: the next one may take them.
Result<void> let_go(db::Tx& tx, const JobId& job);

/// The jobs that have, or had, deliveries of a study that are not over.
Result<std::vector<JobId>> jobs_with_open(db::Tx& tx, const StudyId& study);

/// Sites of a study with deliveries that no job has, and with a receiver that is enabled.
Result<std::vector<SiteId>> sites_with_free(db::Tx& tx, const StudyId& study);

/// Gives a job all of a site that no other one has.
/// Shape: by id.
Result<std::vector<Delivery>> take_up(db::Tx& tx, const StudyId& study, const SiteId& site,
                                      const JobId& job);

// --- looking --------------------------------------------------------------------------------

struct DeliveryFilter {
    StudyId study;
    std::optional<std::vector<SiteId>> sites = {};  ///< nothing: all of the study
    std::optional<Standing> state = {};
};
/// By id, behind `after`.
Result<std::vector<Delivery>> list(db::Tx& tx, const DeliveryFilter& filter,
                                   const DeliveryId& after, std::int64_t limit);

/// How many of a site are where.
struct SiteCounts {
    SiteId site;
    std::int64_t waiting = 0;
    std::int64_t unknown = 0;
    std::int64_t acknowledged = 0;
    std::int64_t refused = 0;
};
Result<std::vector<SiteCounts>> counts_of(db::Tx& tx, const StudyId& study);

}  // namespace cohort::push

// SPDX-License-Identifier: Apache-2.0
// What a job is, as those see it who start it and watch it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cohort/base/id.h"
#include "cohort/base/json.h"
#include "cohort/base/time.h"

namespace cohort {
using JobId = Id<struct JobTag>;
}

namespace cohort::jobs {

/// Where a job is. The last four are its end.
enum class State : std::uint8_t {
    queued,
    running,
    pausing,  ///< paused, as soon as what is in flight has ended
    paused,
    cancelling,
    cancelled,
    succeeded,
    succeeded_with_failures,
    failed,
};
std::string_view to_string(State state) noexcept;

/// Where an item is. `unknown`: it may have reached the outside, and nobody knows.
enum class ItemState : std::uint8_t { pending, in_flight, done, failed, skipped, unknown };
std::string_view to_string(ItemState state) noexcept;
std::optional<ItemState> parse_item_state(std::string_view word) noexcept;

/// How many items are in each state.
struct Counts {
    std::int64_t total = 0;
    std::int64_t done = 0;
    std::int64_t failed = 0;
    std::int64_t skipped = 0;
    std::int64_t in_flight = 0;
    std::int64_t pending = 0;
    std::int64_t unknown = 0;

    /// Holds at every read.
    bool add_up() const noexcept {
        return total == done + failed + skipped + in_flight + pending + unknown;
    }
    friend bool operator==(const Counts&, const Counts&) = default;
};

struct NewItem {
    std::string name = {};  ///< for people: a subject's number, a file's name
    json::value input = {};
    std::optional<Instant> not_before = {};
};

struct NewJob {
    std::string kind = {};
    StudyId study = {};  ///< with `site`: which jobs take turns
    SiteId site = {};
    JobId parent = {};                       ///< the job that this is a part of
    std::optional<std::string> unique = {};  ///< at most one live job of the kind has this key
    json::object input = {};                 ///< what all items share
    std::string created_by = {};             ///< a user's id, or a part of the server
    std::vector<NewItem> items = {};
    bool open = false;                      ///< more items will come; see seal()
    std::optional<std::int64_t> rate = {};  ///< items a minute
    std::optional<std::int64_t> most = {};  ///< items in flight at once
};

struct Job {
    JobId id;
    std::string kind;
    JobId parent;
    StudyId study;
    SiteId site;
    json::object input;
    std::string created_by;
    Instant created_at;
    State state = State::queued;
    std::string cancelled_by;
    bool sealed = true;
    Counts counts;  ///< of its own items; those of its parts are theirs: see whole()
    std::int64_t parts_live = 0;
    std::optional<std::int64_t> rate;
    std::optional<std::int64_t> most;
    std::optional<Instant> started_at;
    std::optional<Instant> ended_at;
    std::int64_t version = 0;  ///< one more with each change, items that move included
    bool trimmed = false;      ///< its items are not kept any more
};

struct Item {
    JobId job;
    std::int64_t number = 0;
    std::string name;
    ItemState state = ItemState::pending;
    std::string code;    ///< why: a stable word ("cancelled", "poison", an error's code)
    std::string reason;  ///< and for people
    std::int64_t attempts = 0;
    Instant at;  ///< of the last change
};

}  // namespace cohort::jobs

// SPDX-License-Identifier: Apache-2.0
// A whole server without a network: a store of its own, two sites, a small study, people with
// roles, and every route. Lives inside weft::run or weft::sim::run.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "cohort/base/id.h"
#include "cohort/base/json.h"
#include "cohort/identity/roles.h"
#include "cohort/platform/app.h"
#include "cohort/platform/http/request.h"
#include "tests/support/temp_folder.h"
#include "tests/world/store.h"

namespace tests {

/// The answer to one request.
struct Answer {
    int status = 0;
    cohort::json::value body;  ///< null where it is not JSON
    std::string text;          ///< as it was sent
    cohort::http::Pairs headers;

    std::string header(std::string_view name) const;

    /// A member by JSON pointer ("/items/0/raw"): its text, or its JSON where it is none; empty
    /// when there is nothing.
    std::string at(std::string_view pointer) const;

    /// "200", or "422 unknown-item" for a problem.
    std::string outcome() const;
};

/// What every world begins with.
struct Ground {
    cohort::StudyId study;
    cohort::MetadataVersionId version;
    cohort::SiteId site_a;                                   ///< oid A, Asia/Shanghai
    cohort::SiteId site_b;                                   ///< oid B, Europe/Berlin
    std::map<std::string, std::string, std::less<>> tokens;  ///< of the people's sessions, by login
};

/// Puts a study, two sites and some people into a new store: ann and amy coordinate at site A, bob
/// at site B, monitor watches the study, builder builds studies, editor may see nothing.
Ground lay_ground(cohort::db::Db& db);

/// Gives site A numbers for a million subjects; 9,999 is what a site has otherwise.
void make_room_for_a_million(cohort::db::Db& db, const Ground& ground);

/// The headers with which a person's browser calls.
cohort::http::Pairs headers_of(const std::string& token);

class World {
  public:
    /// With a store in a folder of its own, in the simulator too.
    World();
    /// With the store that this run of the tests is for, every unit of work run twice, the first
    /// time in vain.
    struct OnChosenStore {};
    explicit World(OnChosenStore);
    ~World();

    /// Asks as somebody; `who` is a login, empty for a stranger. Goes through the dispatcher, the
    /// one authorisation and the real handlers.
    Answer ask(std::string_view who, std::string_view method, const std::string& target,
               const std::string& body = {}, const cohort::http::Pairs& headers = {});

    /// Called wherever a request waits: for its body, for its turn at the store, and for the commit
    /// (there shielded, as the store itself is). A test that parks here may be cancelled here.
    std::function<void()> on_wait;

    /// A subject at the first site; its id.
    std::string subject();

    /// A form F at visit V of a new subject; its id.
    std::string form();

    /// The time of every schedule that is not stopped has come.
    void make_schedules_due();

    /// Starts what is due to start by itself.
    void fire_schedules();

    /// Works on all jobs until nothing is left to be done now, as a server does all the time.
    void work_off_jobs();

    /// Lets somebody sign in with it; without, people have a session and no password.
    void set_password(const std::string& login, const std::string& password);

    cohort::db::Db& db();
    cohort::App& app();
    const std::string& folder() const { return folder_.path(); }

    /// Rows of `SELECT COUNT(*) FROM <what>`.
    std::int64_t count(const std::string& what);

    /// Seals the audit and verifies it from its first record on; what is wrong, empty when nothing.
    std::string audit_findings();

    const Ground& ground() const { return ground_; }

  private:
    struct Server;
    World(const std::function<cohort::db::Options(const std::string&)>& store_in, bool units_again);

    test::TempFolder folder_;
    Ground ground_;
    std::unique_ptr<Server> server_;
};

/// Runs `body` with a world of its own on the chosen store, in a runtime of its own, which must end
/// well.
void in_world(const std::function<void(World&)>& body);

}  // namespace tests

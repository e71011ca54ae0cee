// SPDX-License-Identifier: Apache-2.0
// An alert that nobody acknowledges is passed on: to whom, when, once, and until somebody does.
#include "cohort/epro/alerts.h"

#include "weft/scope.h"

#include "cohort/identity/grants.h"
#include "tests/integration/passing_time.h"
#include "tests/support/test.h"
#include "tests/world/patient.h"
#include "tests/world/people.h"

namespace tests {

using namespace cohort;
using std::chrono::minutes;

namespace {

// A patient of site A whose answers have called somebody.
struct Called {
    explicit Called(World& w)
        : world(w), plan((publish_mood(w), plan_mood(w))), subject(w.subject()) {
        CHECK(Patient(w, subject).submit(plan, 1, mood_answers("3", "4.0", true)).outcome() ==
              "201");
        id = list().at("/alerts/0/id");
    }

    std::string study() const { return "/api/v1/studies/" + world.ground().study.text; }
    Answer list(const std::string& query = "") const {
        return world.ask("ann", "GET", study() + "/patient-alerts" + query);
    }
    std::string shown(const std::string& pointer) const {
        return list("?state=all").at("/alerts/0" + pointer);
    }
    Answer take() const {
        return world.ask("ann", "POST", "/api/v1/patient-alerts/" + id + "/acknowledge",
                         R"({"note":"called"})");
    }
    // So many minutes later, after the servers have done what was due.
    void later(minutes time) const {
        let_pass(world.db(), time);
        world.work_off_jobs();
    }
    std::int64_t steps() const { return world.count("patient_alert_step"); }

    World& world;
    std::string plan;
    std::string subject;
    std::string id;
};

void add_safety_officer(World& world) {
    const auto added = world.db().transact([&](db::Tx& tx) -> Result<std::string> {
        const auto hospital = TRY(tx.one("SELECT id FROM organisation")).get<OrganisationId>(0);
        return add_person(tx, hospital, "sam",
                          {.role = identity::Role::safety_officer, .study = world.ground().study});
    });
    CHECK(added.ok());
}

}  // namespace

TEST_CASE("the site is told of an alert at once, and the list names the subject by its number") {
    in_world([](World& world) {
        const Called called(world);
        CHECK(called.shown("/subject") == called.subject);
        CHECK(called.shown("/subject_key") ==
              world.ask("ann", "GET", "/api/v1/subjects/" + called.subject).at("/key"));
        CHECK(called.shown("/steps/0/to") == "site");
        CHECK(called.shown("/steps/0/people") == R"(["Name of amy","Name of ann"])");
        CHECK(called.shown("/steps/0/done_at") == called.shown("/raised_at"));
        CHECK(called.shown("/next/to") == "monitor");
        CHECK(called.shown("/next/due_at") == called.shown("/due_at"));
        CHECK(called.steps() == 1);
        called.later(minutes(7));
        CHECK(std::stoll(called.shown("/waited_seconds")) / 60 == 7);
    });
}

TEST_CASE(
    "an alert that nobody acknowledges is passed on step by step, and is an alarm at the end") {
    in_world([](World& world) {
        add_safety_officer(world);
        const Called called(world);
        called.later(minutes(14));
        CHECK(called.steps() == 1);
        CHECK(called.shown("/overdue") == "false");
        called.later(minutes(1));
        CHECK(called.shown("/steps/1/to") == "monitor");
        CHECK(called.shown("/steps/1/people") == R"(["Name of monitor"])");
        CHECK(called.shown("/steps/1/due_at") == called.shown("/due_at"));
        CHECK(called.shown("/next/to") == "safety_officer");
        CHECK(called.shown("/overdue") == "true");
        called.later(minutes(15));
        CHECK(called.shown("/steps/2/to") == "safety_officer");
        CHECK(called.shown("/steps/2/people") == R"(["Name of sam"])");
        CHECK(called.shown("/exhausted") == "false");
        called.later(minutes(15));
        CHECK(called.shown("/steps/3/to") == "nobody");
        CHECK(called.shown("/next") == "null");
        CHECK(called.shown("/exhausted") == "true");
        CHECK(world.count("audit_record WHERE action = 'patient-alert.passed-on'") == 2);
        CHECK(world.count("audit_record WHERE action = 'patient-alert.exhausted'") == 1);
        called.later(minutes(600));
        CHECK(called.steps() == 4);
        CHECK(called.take().at("/exhausted") == "false");
        CHECK(world.audit_findings().empty());
    });
}

TEST_CASE("where nobody holds the role that is next, nobody waits for it") {
    in_world([](World& world) {
        const Called called(world);
        called.later(minutes(15));
        CHECK(called.steps() == 2);
        called.later(minutes(15));
        CHECK(called.shown("/steps/2/to") == "safety_officer");
        CHECK(called.shown("/steps/2/people") == "[]");
        CHECK(called.shown("/steps/3/to") == "nobody");
        CHECK(called.shown("/exhausted") == "true");
    });
}

TEST_CASE("a step that is long overdue gives those whom it tells their whole time") {
    in_world([](World& world) {
        const Called called(world);
        called.later(minutes(300));
        CHECK(called.steps() == 2);
        called.later(minutes(14));
        CHECK(called.steps() == 2);
        called.later(minutes(1));
        CHECK(called.steps() == 4);
    });
}

TEST_CASE("acknowledging an alert stops it at once: nobody else is told, ever") {
    in_world([](World& world) {
        const Called called(world);
        called.later(minutes(15));
        const Answer taken = called.take();
        CHECK(taken.at("/next") == "null");
        CHECK(taken.at("/steps/1/to") == "monitor");
        called.later(minutes(600));
        CHECK(called.steps() == 2);
        CHECK(world.count("job WHERE kind = 'alert.escalation' AND ended = 'succeeded'") == 1);
    });
}

TEST_CASE("an acknowledgment that races a step leaves a record in which it comes last") {
    in_world([](World& world) {
        const Called called(world);
        let_pass(world.db(), minutes(15));
        weft::scope([&](weft::Scope& scope) {
            scope.go([&] { world.work_off_jobs(); });
            scope.go([&] { CHECK(called.take().outcome() == "200"); });
        });
        const std::int64_t steps = called.steps();
        CHECK((steps == 1 || steps == 2));
        CHECK(world.count("audit_record WHERE action = 'patient-alert.passed-on'") == steps - 1);
        CHECK(world.count("patient_alert_step s JOIN patient_alert a ON a.id = s.alert_id WHERE "
                          "s.done_at > a.acknowledged_at") == 0);
        CHECK(called.shown("/next") == "null");
        called.later(minutes(600));
        CHECK(called.steps() == steps);
    });
}

TEST_CASE("alerts are passed on while the study's questionnaires are paused") {
    in_world([](World& world) {
        const Called called(world);
        CHECK(world
                  .ask("builder", "PUT", called.study() + "/questionnaire-pause",
                       R"({"reason":"a recall"})")
                  .outcome() == "204");
        called.later(minutes(15));
        CHECK(called.shown("/steps/1/to") == "monitor");
    });
}

TEST_CASE("the study says after how long alerts are passed on, and who may not build it does not") {
    in_world([](World& world) {
        const std::string path = "/api/v1/studies/" + world.ground().study.text + "/alert-patience";
        CHECK(world.ask("ann", "GET", path).at("/minutes") == "15");
        CHECK(world.ask("ann", "PUT", path, R"({"minutes":5})").outcome() == "403 not-allowed");
        CHECK(world.ask("builder", "PUT", path, R"({"minutes":0})").status == 400);
        CHECK(world.ask("builder", "PUT", path, R"({"minutes":5})").at("/minutes") == "5");
        CHECK(world.ask("ann", "GET", path).at("/minutes") == "5");
        CHECK(world.count("audit_record WHERE action = 'alert-patience.set'") == 1);
        const Called called(world);
        called.later(minutes(4));
        CHECK(called.steps() == 1);
        called.later(minutes(1));
        CHECK(called.steps() == 2);
    });
}

TEST_CASE("no length of time that would never come can be stored, whoever asks") {
    in_world([](World& world) {
        const auto set = [&](std::int64_t length) {
            const auto done = world.db().transact([&](db::Tx& tx) {
                return epro::set_patience(tx, world.ground().study, length,
                                          identity::command_line());
            });
            return done.ok() ? "ok" : done.error().code;
        };
        CHECK(set(0) == "bad-patience");
        CHECK(set(epro::patience_max + 1) == "bad-patience");
        CHECK(set(epro::patience_max) == "ok");
    });
}

TEST_CASE("nobody pauses, slows or cancels what passes alerts on") {
    in_world([](World& world) {
        const Called called(world);
        const Answer jobs = world.ask("builder", "GET", "/api/v1/jobs?kind=alert.escalation");
        const std::string job = "/api/v1/jobs/" + jobs.at("/jobs/0/id");
        for (const char* what : {"/pause", "/cancel"})
            CHECK(world.ask("builder", "POST", job + what).outcome() == "422 job-must-go-on");
        CHECK(world.ask("builder", "POST", job + "/pace", R"({"rate":1})").outcome() ==
              "422 job-must-go-on");
        called.later(minutes(15));
        CHECK(called.steps() == 2);
    });
}

TEST_CASE(
    "of those who hold a role only they are told whose site it is, and whose account is open") {
    in_world([](World& world) {
        const auto told = [&](const std::vector<identity::Role>& roles, const SiteId& site) {
            return world.db()
                .read([&](db::Tx& tx) {
                    return identity::holders_of(
                        tx, roles, {.study = world.ground().study, .site = site}, now());
                })
                .value();
        };
        using identity::Role;
        using Names = std::vector<std::string>;
        CHECK(told({Role::coordinator}, world.ground().site_b) == Names{"Name of bob"});
        CHECK(told({Role::monitor, Role::coordinator}, world.ground().site_b) ==
              Names{"Name of bob", "Name of monitor"});
        CHECK(world.db()
                  .transact([](db::Tx& tx) {
                      return tx.run("UPDATE user_account SET disabled_at = 1 WHERE login = 'bob'");
                  })
                  .ok());
        CHECK(told({Role::coordinator}, world.ground().site_b).empty());
    });
}

TEST_CASE("open alerts are counted with the oldest of them until they are taken") {
    in_world([](World& world) {
        const auto open = [&] {
            return world.db().read([](db::Tx& tx) { return epro::open_alerts(tx); }).value();
        };
        CHECK(open().count == 0);
        CHECK_FALSE(open().oldest);
        const Called called(world);
        CHECK(open().count == 1);
        CHECK(to_rfc3339(*open().oldest) == called.shown("/raised_at"));
        CHECK(called.take().outcome() == "200");
        CHECK(open().count == 0);
    });
}

}  // namespace tests

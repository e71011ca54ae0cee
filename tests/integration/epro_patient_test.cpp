// SPDX-License-Identifier: Apache-2.0
// How patients come in: a link and a code once, then the device and a PIN; and nothing else is
// theirs.
#include "weft/sim.h"
#include "weft/time.h"

#include "tests/support/test.h"
#include "tests/world/patient.h"

namespace tests {

namespace {

struct Link {
    std::string token;
    std::string code;
};

Link invite(World& world, const std::string& subject) {
    const Answer made = world.ask("ann", "POST", "/api/v1/subjects/" + subject + "/invitation");
    REQUIRE(made.outcome() == "201");
    CHECK(made.at("/link") == "/patient/#" + made.at("/invitation"));
    CHECK(made.at("/code").size() == 8);
    return {made.at("/invitation"), made.at("/code")};
}

Answer activate(World& world, const Link& link, const std::string& pin = patient_pin) {
    return world.ask("", "POST", "/api/v1/patient/activation",
                     R"({"invitation":")" + link.token + R"(","code":")" + link.code +
                         R"(","pin":")" + pin + "\"}");
}

// Another code than the right one.
Link wrong(const Link& link) {
    return {link.token, link.code == "00000001" ? "00000002" : "00000001"};
}

void in_simulated_world(const std::function<void(World&)>& body) {
    CHECK(weft::sim::run(1, [&] {
              World world;
              body(world);
          }) == 0);
}

}  // namespace

TEST_CASE("an invitation lets one device in, once, and only with its code") {
    in_world([](World& world) {
        const std::string subject = world.subject();
        const Link link = invite(world, subject);
        CHECK(activate(world, wrong(link)).outcome() == "401 bad-credentials");
        CHECK(activate(world, {"no-such-invitation", link.code}).outcome() ==
              "401 bad-credentials");
        CHECK(activate(world, link, "123456").outcome() == "422 weak-pin");
        const Answer in = activate(world, link);
        CHECK(in.outcome() == "200");
        CHECK(in.at("/subject") == "A-0001");
        CHECK_FALSE(cookie_in(in, "cohort_patient").empty());
        CHECK(activate(world, link).outcome() == "401 bad-credentials");
        for (const char* action :
             {"patient.invited", "patient.refused", "patient.activated", "patient.session.started"})
            CHECK(world.count("audit_record WHERE subject = '" + subject + "' AND action = '" +
                              action + "'") == 1);
        CHECK(world.audit_findings().empty());
    });
}

TEST_CASE("a newer invitation voids the one before") {
    in_world([](World& world) {
        const std::string subject = world.subject();
        const Link first = invite(world, subject);
        const Link second = invite(world, subject);
        CHECK(activate(world, first).outcome() == "401 bad-credentials");
        CHECK(activate(world, second).outcome() == "200");
    });
}

TEST_CASE("the store has no token, no code and no PIN") {
    in_world([](World& world) {
        const std::string subject = world.subject();
        const Link link = invite(world, subject);
        const Answer in = activate(world, link);
        const auto is_anywhere = [&](const std::string& secret) {
            std::int64_t found = 0;
            for (const char* column : {"token_hash", "code_tag"})
                found += world.count(std::string("patient_invitation WHERE ") + column + " = '" +
                                     secret + "'");
            for (const char* column : {"token_hash", "pin_tag"})
                found += world.count(std::string("patient_device WHERE ") + column + " = '" +
                                     secret + "'");
            found += world.count("patient_session WHERE token_hash = '" + secret + "'");
            return found + world.count("idempotency WHERE body LIKE '%" + secret + "%'");
        };
        for (const std::string& secret :
             {link.token, link.code, patient_pin, cookie_in(in, "cohort_patient"),
              cookie_in(in, "cohort_patient_device")})
            CHECK(is_anywhere(secret) == 0);
        CHECK(world.count("patient_session") == 1);
    });
}

TEST_CASE("a device comes in again with its PIN, and nobody without the device") {
    in_world([](World& world) {
        Patient patient(world, world.subject());
        CHECK(patient.ask("GET", "/api/v1/patient/session").outcome() == "200");
        CHECK(patient.ask("DELETE", "/api/v1/patient/session").outcome() == "204");
        CHECK(patient.ask("GET", "/api/v1/patient/session").outcome() == "401 no-session");
        CHECK(patient.come_in("000000").outcome() == "401 bad-credentials");
        CHECK(patient.come_in(patient_pin).outcome() == "200");
        CHECK(patient.ask("GET", "/api/v1/patient/session").at("/subject") == "A-0001");
        patient.device = patient.session;
        CHECK(patient.come_in(patient_pin).outcome() == "401 bad-credentials");
    });
}

TEST_CASE("too many wrong codes close a link for a while, also for the right one") {
    in_simulated_world([](World& world) {
        const Link link = invite(world, world.subject());
        for (int i = 0; i < 5; ++i)
            CHECK(activate(world, wrong(link)).outcome() == "401 bad-credentials");
        const Answer closed = activate(world, link);
        CHECK(closed.outcome() == "429 locked-out");
        const int wait = std::stoi(closed.header("Retry-After"));
        CHECK(wait > 0);
        weft::sleep(std::chrono::seconds(wait - 2));
        CHECK(activate(world, link).outcome() == "429 locked-out");
        weft::sleep(std::chrono::seconds(3));
        CHECK(activate(world, link).outcome() == "200");
    });
}

TEST_CASE("ten wrong codes in all end an invitation, and ten wrong PINs a device, for good") {
    in_simulated_world([](World& world) {
        const std::string subject = world.subject();
        const Link link = invite(world, subject);
        Patient patient(world, world.subject());
        for (int i = 0; i < 10; ++i) {
            CHECK(activate(world, wrong(link)).outcome() == "401 bad-credentials");
            CHECK(patient.come_in("000000").outcome() == "401 bad-credentials");
            weft::sleep(std::chrono::minutes(20));
        }
        CHECK(activate(world, link).outcome() == "401 bad-credentials");
        CHECK(patient.come_in(patient_pin).outcome() == "401 bad-credentials");
        CHECK(world.count("audit_record WHERE action = 'patient.locked-out'") == 2);
    });
}

TEST_CASE("a right PIN forgives the wrong ones before it") {
    in_simulated_world([](World& world) {
        Patient patient(world, world.subject());
        for (int i = 0; i < 12; ++i) {
            CHECK(patient.come_in("000000").outcome() == "401 bad-credentials");
            CHECK(patient.come_in(patient_pin).outcome() == "200");
            weft::sleep(std::chrono::minutes(20));
        }
    });
}

TEST_CASE("an invitation is too old after two weeks") {
    in_simulated_world([](World& world) {
        const Link link = invite(world, world.subject());
        weft::sleep(std::chrono::days(14));
        CHECK(activate(world, link).outcome() == "401 bad-credentials");
    });
}

TEST_CASE("a session ends after a quarter of an hour without a request, and after its day") {
    in_simulated_world([](World& world) {
        Patient patient(world, world.subject());
        const auto state = [&] { return patient.ask("GET", "/api/v1/patient/session").outcome(); };
        for (int i = 0; i < 5; ++i) {
            weft::sleep(std::chrono::minutes(14));
            CHECK(state() == "200");
        }
        weft::sleep(std::chrono::minutes(16));
        CHECK(state() == "401 no-session");
        CHECK(patient.come_in(patient_pin).outcome() == "200");
        for (int i = 0; i < 51; ++i) {
            weft::sleep(std::chrono::minutes(14));
            CHECK(state() == "200");
        }
        weft::sleep(std::chrono::minutes(14));
        CHECK(state() == "401 no-session");
    });
}

TEST_CASE("when staff end a patient's access, open sessions and devices end with it") {
    in_world([](World& world) {
        const std::string subject = world.subject();
        Patient patient(world, subject);
        const std::string access = "/api/v1/subjects/" + subject + "/patient-access";
        const Answer before = world.ask("ann", "GET", access);
        CHECK(before.at("/invited_until") == "null");
        CHECK_FALSE(before.at("/devices/0/id").empty());
        CHECK(world.ask("bob", "DELETE", access).outcome() == "404 unknown-object");
        CHECK(world.ask("monitor", "DELETE", access).outcome() == "403 not-allowed");
        CHECK(world.ask("ann", "DELETE", access).outcome() == "204");
        CHECK(patient.ask("GET", "/api/v1/patient/session").outcome() == "401 no-session");
        CHECK(patient.come_in(patient_pin).outcome() == "401 bad-credentials");
        CHECK(world.ask("ann", "GET", access).at("/devices") == "[]");
    });
}

TEST_CASE("a patient's session opens nothing of a user's, and a user's nothing of a patient's") {
    in_world([](World& world) {
        const std::string subject = world.subject();
        Patient patient(world, subject);
        for (const std::string& target :
             {std::string("/api/v1/session"), std::string("/api/v1/studies"),
              "/api/v1/subjects/" + subject, "/api/v1/subjects/" + subject + "/responses"})
            CHECK(patient.ask("GET", target).outcome() == "401 no-session");
        // The same token under the users' name is nobody's.
        CHECK(world
                  .ask("", "GET", "/api/v1/studies", "",
                       {{"cookie", "cohort_session=" + patient.session}})
                  .outcome() == "401 no-session");
        CHECK(world.ask("ann", "GET", "/api/v1/patient/tasks").outcome() == "401 no-session");
        const std::string ann = world.ground().tokens.find("ann")->second;
        CHECK(
            world.ask("", "GET", "/api/v1/patient/tasks", "", {{"cookie", "cohort_patient=" + ann}})
                .outcome() == "401 no-session");
        CHECK(world
                  .ask("", "DELETE", "/api/v1/patient/session", "",
                       {{"cookie", "cohort_patient=" + patient.session}})
                  .outcome() == "403 csrf");
    });
}

}  // namespace tests

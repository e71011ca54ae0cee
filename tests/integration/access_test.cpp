// SPDX-License-Identifier: Apache-2.0
// Who may do what, over the real server: every role on every route that the server says it has, at
// home, at another site and in another study. What is expected is said here, in the words of
// docs/identity.md, and nothing of the code that decides is used.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "weft/run.h"

#include "tests/integration/access_lines.h"
#include "tests/integration/client.h"
#include "tests/integration/kept_page.h"
#include "tests/integration/server_process.h"
#include "tests/support/real_data.h"
#include "tests/support/test.h"
#include "tests/world/estate.h"
#include "tests/world/patient.h"

namespace tests {

namespace {

// --- what is expected -----------------------------------------------------------------------

// The table of docs/identity.md, word for word.
const char* const roles_table = R"(
| Role | study | build | subjects | enrol | forms | edit | complete )"
                                R"(| audit | export | jobs | steer | accounts | system |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
| `coordinator` | V | | V | X | V | E | X | V | | | | | |
| `investigator` | V | | V | X | V | E | X | V | X | X | X | | |
| `monitor` | V | | V | | V | | | V | | | | | |
| `data_manager` | V | E | V | | V | | | V | X | X | X | | |
| `statistician` | V | | V | | V | | | V | X | X | X | | |
| `sponsor` | V | | | | | | | V | | | | | |
| `office` | V | | | | | | | | | | | | |
| `coder` | V | | V | | V | | | | | | | | |
| `pharmacist` | V | | V | | | | | | | | | | |
| `safety_officer` | V | | V | | V | | | V | | | | | |
| `nurse` | V | | V | | | | | | | | | | |
| `editor` | | | | | | | | | | | | | |
| `engineer` | | | | | | | | | | X | X | | V |
| `admin` | V | | | | | | | V | | X | X | X | V |
| `auditor` | V | | V | | V | | | V | X | X | | | |
)";

// --- reading the table ----------------------------------------------------------------------

std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells;
    std::istringstream in(line);
    std::string cell;
    std::getline(in, cell, '|');
    while (std::getline(in, cell, '|')) {
        std::erase_if(cell, [](char c) { return c == ' ' || c == '`'; });
        cells.push_back(cell);
    }
    return cells;
}

using Rights = std::set<std::string>;

std::map<std::string, Rights> rights_by_role() {
    std::map<std::string, Rights> out;
    std::istringstream in(roles_table);
    std::vector<std::string> heads;
    for (std::string line; std::getline(in, line);) {
        const auto cells = cells_of(line);
        if (cells.empty() || cells[0].starts_with('-')) continue;
        if (cells[0] == "Role") {
            heads = cells;
            continue;
        }
        Rights& rights = out[cells[0]];
        for (std::size_t i = 1; i < heads.size(); ++i)
            if (!cells[i].empty()) rights.insert(heads[i]);
    }
    return out;
}

bool looks(const std::string& right) {
    static const Rights views{"study", "subjects", "forms", "audit"};
    return views.contains(right);
}

// Somebody who may look at anything of a place knows that it is there.
bool knows_places(const Rights& rights) {
    return std::ranges::any_of(rights, looks);
}

enum class Distance { home, other_site, other_study };

std::string expected_at_site(const Rights& rights, const Line& line, Distance distance) {
    const bool has = rights.contains(line.right);
    if (line.place == Place::anybody || line.place == Place::signed_in) return "ok";
    if (line.place == Place::patient) return "401";
    if (line.place == Place::system) return "403";  // held at one site only
    const bool is_home =
        line.place == Place::study ? distance != Distance::other_study : distance == Distance::home;
    if (!is_home || !knows_places(rights)) return "404";
    return has && (line.place == Place::site || looks(line.right)) ? "ok" : "403";
}

std::string expected_everywhere(const Rights& rights, const Line& line) {
    if (line.place == Place::anybody || line.place == Place::signed_in) return "ok";
    if (line.place == Place::patient) return "401";
    if (rights.contains(line.right)) return "ok";
    return line.place == Place::system || knows_places(rights) ? "403" : "404";
}

// --- asking ---------------------------------------------------------------------------------

/// The ids that stand in a path at one distance from home.
using Ids = std::map<std::string, std::string>;

std::string filled(std::string text, const Ids& ids) {
    for (const auto& [name, value] : ids)
        for (std::size_t at; (at = text.find("{" + name + "}")) != std::string::npos;)
            text.replace(at, name.size() + 2, value);
    return text;
}

// Let through, whatever the route then says of the request itself; or turned away, and how.
std::string class_of(const Answer& answer) {
    if (answer.status == 401 || answer.status == 403) return std::to_string(answer.status);
    if (answer.outcome() == "404 unknown-object") return "404";
    return answer.status != 0 && answer.status < 500 ? "ok" : answer.outcome();
}

Answer ask(Client& client, const Line& line, const Ids& ids,
           const cohort::http::Pairs& headers = {}) {
    const std::string route = line.route;
    const std::size_t space = route.find(' ');
    return client.ask(route.substr(0, space), filled(route.substr(space + 1), ids),
                      filled(line.body, ids), headers, line.content_type);
}

class Scene {
  public:
    Scene() : estate_(lay_estate(*open_store(folder_.path()))), server_(folder_) {
        REQUIRE_FALSE(server_.address().empty());
        make_records();
    }

    Client client(const std::string& who) const {
        return {server_.address(), who.empty() ? "" : estate_.ground.tokens.at(who)};
    }
    const Ids& ids(Distance distance) const { return ids_.at(distance); }
    // Of everybody who holds a role at one site: one of each role that there is.
    std::set<std::string> roles_held() const {
        std::set<std::string> roles;
        for (const auto& [who, token] : estate_.ground.tokens)
            if (who.ends_with("@site")) roles.insert(who.substr(0, who.find('@')));
        return roles;
    }
    int stop() { return server_.stop(); }

    // A patient of the first study and site who has come in: the headers of the session.
    cohort::http::Pairs patient() const {
        Client staff = client("coordinator@all");
        const Answer subject =
            staff.ask("POST", "/api/v1/studies/" + estate_.ground.study.text + "/subjects",
                      R"({"site":")" + estate_.ground.site_a.text + "\"}");
        return come_in(subject.at("/id"));
    }

    // A role that the victim holds, so that there is one to take back.
    std::string new_grant() {
        Client admin = client("admin@all");
        return admin
            .ask("POST", "/api/v1/users/" + estate_.victim.text + "/grants", R"({"role":"editor"})")
            .at("/id");
    }

  private:
    void make_records() {
        const Ground& ground = estate_.ground;
        ids_[Distance::home] = record(ground.study, ground.site_a, "own value");
        ids_[Distance::other_site] = record(ground.study, ground.site_b, "value of site B");
        ids_[Distance::other_study] =
            record(estate_.other_study, ground.site_a, "value of study 2");
    }

    // A subject at a place with a completed form.
    Ids record(const cohort::StudyId& study, const cohort::SiteId& site, const std::string& note) {
        Client anybody = client("coordinator@all");
        Ids ids{{"study", study.text}, {"site", site.text}, {"version", "3"}};
        ids["user"] = estate_.victim.text;
        const Answer subject = anybody.ask("POST", "/api/v1/studies/" + study.text + "/subjects",
                                           R"({"site":")" + site.text + "\"}");
        ids["subject"] = subject.at("/id");
        ids["key"] = subject.at("/key");
        ids["form"] = anybody
                          .ask("POST", "/api/v1/subjects/" + ids["subject"] + "/forms",
                               R"({"event":"V","form":"F"})")
                          .at("/id");
        const std::string form = "/api/v1/forms/" + ids["form"];
        const auto change = [](const std::string& item, const std::string& raw) {
            return R"({"group":"VITALS","item":")" + item + R"(","raw":")" + raw +
                   R"(","base_version":0})";
        };
        anybody.ask("PATCH", form,
                    R"({"changes":[)" + change("SYS", "120") + "," + change("NOTE", note) + "]}");
        const Answer done = anybody.ask("POST", form + "/complete", "{}", {{"if-match", "\"2\""}});
        REQUIRE(done.outcome() == "200");
        ids["note"] = note;
        add_answers(ids);
        ids["job"] = client("data_manager@all")
                         .ask("POST", "/api/v1/studies/" + study.text + "/exports", "{}")
                         .at("/job");
        ids["item"] = "1";
        ids["schedule"] = client("data_manager@all")
                              .ask("POST", "/api/v1/studies/" + study.text + "/exports/schedules",
                                   R"({"name":"n","hour":2,"minute":30,"time_zone":"UTC"})")
                              .at("/id");
        return ids;
    }

    cohort::http::Pairs come_in(const std::string& subject) const {
        const Answer invitation =
            client("coordinator@all").ask("POST", "/api/v1/subjects/" + subject + "/invitation");
        Client stranger = client("");
        const Answer in =
            stranger.ask("POST", "/api/v1/patient/activation",
                         R"({"invitation":")" + invitation.at("/invitation") + R"(","code":")" +
                             invitation.at("/code") + R"(","pin":")" + patient_pin + "\"}");
        REQUIRE(in.outcome() == "200");
        return {{"cookie", "cohort_patient=" + cookie_in(in, "cohort_patient")},
                {"x-csrf-token", in.at("/csrf")}};
    }

    // A questionnaire that the subject has answered, so that somebody is called.
    void add_answers(Ids& ids) const {
        Client builder = client("data_manager@all");
        const std::string study = "/api/v1/studies/" + ids["study"];
        ids["questionnaire"] =
            builder.ask("POST", study + "/questionnaires", mood_form(), {}, "application/fhir+json")
                .at("/id");
        const std::string form = "/api/v1/questionnaires/" + ids["questionnaire"];
        builder.ask("PUT", form + "/rules", mood_rules(), {{"if-match", "\"1\""}});
        builder.ask("POST", form + "/publish", "", {{"if-match", "\"2\""}});
        ids["plan"] = builder
                          .ask("POST", study + "/questionnaire-plans",
                               R"({"url":"http://example.org/mood","name":"n","late_days":1})")
                          .at("/id");
        ids["number"] = "1";
        const Answer told = client("").ask(
            "POST", "/api/v1/patient/tasks/" + ids["plan"] + "/1/response",
            mood_answers("3", "4", true), come_in(ids["subject"]), "application/fhir+json");
        REQUIRE(told.outcome() == "201");
        ids["response"] = told.at("/response");
        ids["alert"] = client("auditor@all")
                           .ask("GET", "/api/v1/responses/" + ids["response"])
                           .at("/alerts/0/id");
    }

    test::TempFolder folder_;
    Estate estate_;
    Server server_;
    std::map<Distance, Ids> ids_;
};

// The routes that the running server counts requests for: all that its router has.
std::set<std::string> counted_routes(Scene& scene) {
    Client engineer = scene.client("engineer@all");
    std::istringstream in(engineer.ask("GET", "/metrics").text);
    const std::string head = "cohort_http_request_seconds_count{route=\"";
    std::set<std::string> routes;
    for (std::string line; std::getline(in, line);)
        if (line.starts_with(head))
            routes.insert(line.substr(head.size(), line.find('"', head.size()) - head.size()));
    routes.erase("(none)");
    return routes;
}

// What the description says of who may call: "anybody", "signed-in", or the permission's column.
std::map<std::string, std::string> described_access(const cohort::json::value& description) {
    static const std::map<std::string, std::string> columns{
        {"study.view", "study"},       {"study.build", "build"}, {"subject.view", "subjects"},
        {"subject.create", "enrol"},   {"form.view", "forms"},   {"form.edit", "edit"},
        {"form.complete", "complete"}, {"audit.view", "audit"},  {"export.run", "export"},
        {"job.view", "jobs"},          {"job.steer", "steer"},   {"user.manage", "accounts"},
        {"system.view", "system"}};
    std::map<std::string, std::string> out;
    for (const auto& path : description.at("paths").as_object())
        for (const auto& method : path.value().as_object()) {
            if (method.key() == "parameters") continue;
            std::string route(method.key());
            std::ranges::transform(route, route.begin(), [](char c) { return c - 'a' + 'A'; });
            const auto& access = method.value().at("x-cohort-access").as_object();
            std::string who(access.at("who").as_string());
            if (who == "permission")
                who = columns.at(std::string(access.at("permission").as_string()));
            out[route + " " + std::string(path.key())] = who;
        }
    return out;
}

std::string access_of(const Line& line) {
    if (line.place == Place::anybody) return "anybody";
    const bool is_signed_in = line.place == Place::signed_in || line.place == Place::patient;
    return is_signed_in ? "signed-in" : line.right;
}

void in_scene(const std::function<void(Scene&)>& body) {
    CHECK(weft::run([&] {
              Scene scene;
              body(scene);
              CHECK(scene.stop() == 0);
          }) == 0);
}

constexpr Distance distances[] = {Distance::home, Distance::other_site, Distance::other_study};
constexpr const char* words[] = {"home", "other site", "other study"};

/// What each person got on each route, at each distance.
using Outcomes = std::map<std::string, std::map<std::string, std::vector<std::string>>>;

// Asks every route at every distance as one person; every difference is one line.
void check_person(Scene& scene, const std::string& who, const Rights& rights, bool everywhere,
                  Outcomes& outcomes) {
    Client client = scene.client(who);
    for (const Line& line : lines)
        for (const Distance distance : distances) {
            // A sign-out is possible once.
            if (std::string(line.route) == "DELETE /api/v1/session" && distance != distances[2])
                continue;
            const std::string expected = everywhere ? expected_everywhere(rights, line)
                                                    : expected_at_site(rights, line, distance);
            Ids ids = scene.ids(distance);
            const bool takes = std::string(line.route).find("{grant}") != std::string::npos;
            ids["grant"] = takes && expected == "ok" ? scene.new_grant() : ids["form"];
            const Answer answer = ask(client, line, ids);
            const std::string place =
                who + ", " + line.route + ", " + words[static_cast<std::size_t>(distance)] + ": ";
            CHECK(place + class_of(answer) == place + expected);
            outcomes[line.route][who].push_back(class_of(answer));
        }
}

// Somebody without a session that counts.
void check_shut_out(Scene& scene, const std::string& who, const std::string& column,
                    Outcomes& outcomes) {
    Client client = scene.client(who);
    for (const Line& line : lines) {
        Ids ids = scene.ids(Distance::home);
        ids["grant"] = ids["form"];
        const char* expected = line.place == Place::anybody ? "ok" : "401";
        const Answer answer = ask(client, line, ids);
        CHECK(column + ", " + line.route + ": " + class_of(answer) ==
              column + ", " + line.route + ": " + expected);
        outcomes[line.route][column].push_back(class_of(answer));
    }
}

// A patient in a session of the patient's own: nothing of the users' is behind it.
void check_patient(Scene& scene, Outcomes& outcomes) {
    Client client = scene.client("");
    const auto session = scene.patient();
    for (const Line& line : lines) {
        Ids ids = scene.ids(Distance::home);
        ids["grant"] = ids["form"];
        const bool is_open = line.place == Place::anybody || line.place == Place::patient;
        const Answer answer = ask(client, line, ids, session);
        CHECK(line.route + (": " + class_of(answer)) ==
              line.route + std::string(is_open ? ": ok" : ": 401"));
        outcomes[line.route]["patient"].push_back(class_of(answer));
    }
}

// --- the page -------------------------------------------------------------------------------

// The same at every distance is said once.
std::string cell_of(const std::vector<std::string>& at) {
    const bool alike = std::ranges::all_of(at, [&](const auto& one) { return one == at.front(); });
    std::string all;
    for (const std::string& one : at) {
        if (alike && !all.empty()) break;
        all += (all.empty() ? "" : " ") + (one == "ok" ? "✓" : one);
    }
    return all;
}

std::string table_of(const Outcomes& outcomes, const std::vector<std::string>& people,
                     const std::string& tail) {
    std::string out = "| Route |";
    std::string rule = "|---|";
    for (const std::string& who : people) {
        out += " " + who + " |";
        rule += "---|";
    }
    out += "\n" + rule + "\n";
    for (const Line& line : lines) {
        out += "| `" + std::string(line.route) + "` |";
        for (const std::string& who : people)
            out += " " + cell_of(outcomes.at(line.route).at(who + tail)) + " |";
        out += "\n";
    }
    return out;
}

const char* const page_head = R"(# Who gets what on every route

Made by `./dev api` from the answers of a running server; a test asks every one of them again and
fails when this page says something else. Who holds what: [identity.md](identity.md).

✓ is let through, whatever the route then says of the request itself; 404 is the answer to an id
that does not exist.

## Held at one site

There, at another site of the study, and in another study; one word where all three are alike.

)";

std::string page_of(const Outcomes& outcomes, const std::vector<std::string>& roles) {
    return page_head + table_of(outcomes, roles, "@site") + "\n## Held everywhere\n\n" +
           table_of(outcomes, roles, "@all") +
           "\n## Without a user's session that counts\n\nThe three accounts are admins "
           "everywhere; the patient has come in.\n\n" +
           table_of(outcomes, {"nobody", "disabled", "expired", "idle", "patient"}, "");
}

}  // namespace

TEST_CASE("the table that the tests expect is the one that the documentation shows") {
    const auto page = real_data::read(real_data::project_folder() / "docs/identity.md");
    REQUIRE(page);
    CHECK(page->find(roles_table) != std::string::npos);
}

TEST_CASE("every route that is counted is described and has a line here, with the same right") {
    in_scene([](Scene& scene) {
        std::set<std::string> counted = counted_routes(scene);
        Client anybody = scene.client("");
        const Answer description = anybody.ask("GET", "/api/v1/openapi.json");
        REQUIRE(description.outcome() == "200");
        std::map<std::string, std::string> described = described_access(description.body);
        CHECK(counted.size() == std::size(lines));
        CHECK(described.size() == std::size(lines));
        for (const Line& line : lines) {
            CHECK_MESSAGE(counted.contains(line.route), line.route);
            CHECK(line.route + (": " + described[line.route]) ==
                  line.route + (": " + access_of(line)));
        }
        CHECK(kept_page("docs/openapi.json", laid_out(description.body)) == "is up to date");
    });
}

TEST_CASE("everybody gets on every route, at every distance, what the table and the page say") {
    in_scene([](Scene& scene) {
        const auto roles = rights_by_role();
        REQUIRE(roles.size() == 15);
        for (const std::string& role : scene.roles_held()) REQUIRE(roles.contains(role));
        std::vector<std::string> names;
        Outcomes outcomes;
        check_shut_out(scene, "", "nobody", outcomes);
        for (const char* who : {"disabled", "expired", "idle"})
            check_shut_out(scene, who, who, outcomes);
        check_patient(scene, outcomes);
        for (const auto& [role, rights] : roles) {
            names.push_back(role);
            check_person(scene, role + "@site", rights, false, outcomes);
            if (role != "admin") check_person(scene, role + "@all", rights, true, outcomes);
        }
        // The last, because signing out ends the hand that gives roles.
        check_person(scene, "admin@all", roles.at("admin"), true, outcomes);
        for (const Line& line : lines) {
            // Each role at one site and everywhere, four who are shut out, and a patient.
            CHECK(outcomes[line.route].size() == 2 * scene.roles_held().size() + 5);
        }
        CHECK(kept_page("docs/api-matrix.md", page_of(outcomes, names)) == "is up to date");
    });
}

TEST_CASE("a cookie whose session was ended by signing out is nobody's") {
    in_scene([](Scene& scene) {
        Client forger = scene.client("monitor@site");
        REQUIRE(forger.ask("DELETE", "/api/v1/session").status < 300);  // its token is void now
        for (const Line& line : lines) {
            Ids ids = scene.ids(Distance::home);
            ids["grant"] = ids["form"];
            const char* expected = line.place == Place::anybody ? "ok" : "401";
            CHECK(line.route + (" " + class_of(ask(forger, line, ids))) ==
                  line.route + (" " + std::string(expected)));
        }
    });
}

TEST_CASE("nothing that anybody of a site can read speaks of another site or another study") {
    in_scene([](Scene& scene) {
        for (const auto& [role, rights] : rights_by_role()) {
            Client client = scene.client(role + "@site");
            for (const Line& line : lines) {
                if (!std::string(line.route).starts_with("GET /api/")) continue;
                const Answer answer = ask(client, line, scene.ids(Distance::home));
                for (const Distance distance : {Distance::other_site, Distance::other_study})
                    for (const char* secret : {"subject", "form", "note"})
                        CHECK_MESSAGE(
                            answer.text.find(scene.ids(distance).at(secret)) == std::string::npos,
                            role, " ", line.route, " shows the ", secret, " of the ",
                            words[static_cast<std::size_t>(distance)]);
                CHECK_MESSAGE(answer.text.find("B-0001") == std::string::npos, role, " ",
                              line.route);
                CHECK_MESSAGE(answer.text.find("ST.2") == std::string::npos, role, " ", line.route);
            }
        }
        // The same marks are there for somebody who may see them: the search above can find.
        Client auditor = scene.client("auditor@all");
        const std::string study = "/api/v1/studies/" + scene.ids(Distance::other_site).at("study");
        const std::string note = scene.ids(Distance::other_site).at("note");
        for (const char* list : {"/matrix", "/audit", "/export.xml"}) {
            const Answer answer = auditor.ask("GET", study + list);
            CHECK_MESSAGE(answer.text.find("B-0001") != std::string::npos, list);
        }
        CHECK(auditor.ask("GET", study + "/export.xml").text.find(note) != std::string::npos);
        CHECK(auditor.ask("GET", "/api/v1/studies").text.find("ST.2") != std::string::npos);
    });
}

TEST_CASE("a change without the session's CSRF token is refused on every route, whoever asks") {
    in_scene([](Scene& scene) {
        Client client = scene.client("admin@all");
        client.without_csrf();
        for (const Line& line : lines) {
            if (std::string(line.route).starts_with("GET") || line.place == Place::anybody ||
                line.place == Place::patient)
                continue;
            Ids ids = scene.ids(Distance::home);
            ids["grant"] = ids["form"];
            CHECK(line.route + (" " + ask(client, line, ids).outcome()) ==
                  line.route + std::string(" 403 csrf"));
        }
    });
}

}  // namespace tests

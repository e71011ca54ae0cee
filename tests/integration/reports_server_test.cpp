// SPDX-License-Identifier: Apache-2.0
// The real server, a mail server and patients: who answers has a report, of which the doctor hears,
// whatever is killed or away in between.
#include <csignal>
#include <random>
#include <set>

#include "weft/run.h"

#include "tests/integration/answering.h"
#include "tests/integration/server_process.h"
#include "tests/support/mail_sink.h"

namespace tests {

using namespace cohort;

namespace {

struct Scene {
    test::TempFolder folder;
    Ground ground = lay_ground(*open_store(folder.path()));
    test::MailSink sink{folder};

    std::vector<std::string> arguments(const std::string& mail_server) const {
        std::vector<std::string> all;
        for (const std::string& setting :
             {std::string("data.demo=false"), std::string("jobs.lease=1s"),
              std::string("events.lease=1s"), "mail.server=smtp://" + mail_server,
              std::string("mail.from=reports@trial.example"),
              "mail.authorities=" + sink.certificate(),
              std::string("mail.links=https://cohort.example")}) {
            all.push_back("--set");
            all.push_back(setting);
        }
        return all;
    }
    std::vector<std::string> arguments() const { return arguments(sink.address()); }
    Client client(const Server& server, const std::string& who) const {
        return {server.address(), ground.tokens.at(who)};
    }

    // Whom site A lets know from here on.
    void tell(const Server& server, const std::string& address) const {
        Client builder = client(server, "builder");
        CHECK(builder
                  .ask("PUT",
                       "/api/v1/studies/" + ground.study.text + "/sites/" + ground.site_a.text +
                           "/report-address",
                       R"({"address":")" + address + "\"}")
                  .outcome() == "200");
    }
    json::object met() {
        return json::as_object(json::parse(sink.next()).value(), "a line of the sink").value();
    }
    std::int64_t rows(const std::string& what) { return rows_in(store_of(folder.path()), what); }
};

AnsweringPatient somebody(const Server& server, const Scene& scene, const std::string& plan) {
    return {server.address(), scene.ground, plan};
}

// The answers to the first window; the response's id.
std::string submit(AnsweringPatient patient) {
    const Answer told = patient.send(1);
    REQUIRE(told.outcome() == "201");
    return told.at("/response");
}

std::string report_path(const std::string& response) {
    return "/api/v1/responses/" + response + "/report";
}

// The day's job, once there is one.
std::string job_of_day(Client& client) {
    for (;;) {
        const Answer jobs = client.ask("GET", "/api/v1/jobs?kind=submission.report");
        REQUIRE(jobs.outcome() == "200");
        if (jobs.at("/total") == "1") return "/api/v1/jobs/" + jobs.at("/jobs/0/id");
        weft::yield();
    }
}

// The job once so many of its items are in a state; its counts always add up.
Answer wait_for(Client& client, const std::string& job, const std::string& state,
                std::int64_t items) {
    for (;;) {
        Answer told = client.ask("GET", job);
        REQUIRE(told.outcome() == "200");
        std::int64_t sum = 0;
        for (const char* one : {"done", "failed", "skipped", "in_flight", "pending", "unknown"})
            sum += std::stoll(told.at(std::string("/counts/") + one));
        CHECK(told.at("/counts/total") == std::to_string(sum));
        if (std::stoll(told.at("/counts/" + state)) >= items) return told;
        weft::yield();
    }
}

// The job once so many items are there and none of them moves any more.
Answer wait_for_rest(Client& client, const std::string& job, std::int64_t items) {
    for (;;) {
        Answer told = wait_for(client, job, "total", items);
        if (told.at("/counts/in_flight") == "0" && told.at("/counts/pending") == "0") return told;
        weft::yield();
    }
}

std::string text_of(const json::object& mail, const char* member) {
    return std::string(mail.at(member).as_string());
}

std::string message_id_of(const json::object& mail) {
    const std::string text = text_of(mail, "text");
    const std::size_t at = text.find("Message-ID: <");
    return text.substr(at, text.find('>', at) - at);
}

}  // namespace

TEST_CASE("what a patient answers is a PDF for the site's staff, and a mail that says where") {
    CHECK(
        weft::run([] {
            Scene scene;
            Server server(scene.folder, scene.arguments());
            REQUIRE_FALSE(server.address().empty());
            const std::string plan = plan_in(server.address(), scene.ground);
            scene.tell(server, "doctor@hospital.example");
            const std::string response = submit(somebody(server, scene, plan));
            const json::object mail = scene.met();
            CHECK(mail.at("to").as_array() == json::array{"doctor@hospital.example"});
            CHECK(text_of(mail, "says") ==
                  "There is a new report of a questionnaire. Sign in to read it:\r\n\r\n"
                  "https://cohort.example/responses/" +
                      response + "\r\n");
            Client builder = scene.client(server, "builder");
            const std::string job = job_of_day(builder);
            CHECK(message_id_of(mail) ==
                  "Message-ID: <report." + job.substr(job.rfind('/') + 1) + ".1@trial.example");
            wait_for(builder, job, "done", 1);
            Client ann = scene.client(server, "ann");
            const Answer file = ann.ask("GET", report_path(response) + ".pdf");
            CHECK(file.outcome() == "200");
            CHECK(file.text.starts_with("%PDF-1.7"));
            CHECK(ann.ask("GET", report_path(response)).at("/mails/0/fate") == "sent");
            CHECK(
                scene.client(server, "bob").ask("GET", report_path(response) + ".pdf").outcome() ==
                "404 unknown-object");
            CHECK(server.stop() == 0);
            CHECK(verify_audit(scene.folder) == 0);
        }) == 0);
}

TEST_CASE("a server that is killed while a mail is on its way does not send it a second time") {
    CHECK(weft::run([] {
              Scene scene;
              std::string plan;
              {
                  Server server(scene.folder, scene.arguments());
                  REQUIRE_FALSE(server.address().empty());
                  plan = plan_in(server.address(), scene.ground);
                  scene.tell(server, "hang-text@hospital.example");
                  submit(somebody(server, scene, plan));
                  CHECK(scene.met().contains("text"));
                  CHECK(scene.met().contains("hangs"));
                  server.kill();
                  CHECK(server.wait() == -SIGKILL);
              }
              Server server(scene.folder, scene.arguments());
              Client builder = scene.client(server, "builder");
              const std::string job = job_of_day(builder);
              wait_for(builder, job, "unknown", 1);
              scene.tell(server, "doctor@hospital.example");
              submit(somebody(server, scene, plan));
              // The next that the mail server meets is of the second submission.
              CHECK(message_id_of(scene.met()).ends_with(".2@trial.example"));
              wait_for(builder, job, "done", 1);
              CHECK(scene.rows("report") == 2);
              CHECK(server.stop() == 0);
              CHECK(verify_audit(scene.folder) == 0);
          }) == 0);
}

TEST_CASE("kill -9 between submissions and mails: each has one report, and no mail comes twice") {
    constexpr int kills = 2;  // an item that three of them meet is given up
    constexpr int submissions = 40;
    CHECK(weft::run([&] {
              Scene scene;
              std::mt19937_64 random(20'261'122);
              std::string plan;
              std::int64_t before = 0;
              for (int kill = 0; kill < kills; ++kill) {
                  Server server(scene.folder, scene.arguments());
                  REQUIRE_FALSE(server.address().empty());
                  if (kill == 0) {
                      plan = plan_in(server.address(), scene.ground);
                      scene.tell(server, "doctor@hospital.example");
                      for (int i = 0; i < submissions / 10; ++i) {
                          AnsweringPatient patient = somebody(server, scene, plan);
                          for (int window = 1; window <= 10; ++window) patient.act();
                      }
                  }
                  Client builder = scene.client(server, "builder");
                  const std::string job = job_of_day(builder);
                  before += std::uniform_int_distribution<int>(1, submissions / kills / 2)(random);
                  wait_for(builder, job, "done", before);
                  server.kill();
                  CHECK(server.wait() == -SIGKILL);
              }
              Server server(scene.folder, scene.arguments());
              Client builder = scene.client(server, "builder");
              const std::string job = job_of_day(builder);
              wait_for_rest(builder, job, submissions);
              scene.tell(server, "last@hospital.example");
              submit(somebody(server, scene, plan));
              std::set<std::string> told;
              for (;;) {
                  const json::object mail = scene.met();
                  const bool is_new = told.insert(message_id_of(mail)).second;
                  CHECK(is_new);
                  if (mail.at("to").as_array() == json::array{"last@hospital.example"}) break;
              }
              const Answer over = wait_for_rest(builder, job, submissions + 1);
              CHECK(over.at("/counts/failed") == "0");
              CHECK(scene.rows("report") == submissions + 1);
              CHECK(scene.rows("audit_record WHERE action = 'report.made'") == submissions + 1);
              const auto done = std::stoull(over.at("/counts/done"));
              const auto unknown = std::stoull(over.at("/counts/unknown"));
              CHECK(done + unknown == submissions + 1);
              MESSAGE("mails ", told.size(), ", done ", done, ", unknown ", unknown);
              CHECK(server.stop() == 0);
              CHECK(verify_audit(scene.folder) == 0);
          }) == 0);
}

TEST_CASE("while the mail server is away the item waits and says why; once it is back it is sent") {
    CHECK(weft::run([] {
              Scene scene;
              std::string job;
              std::string response;
              {
                  Server server(scene.folder, scene.arguments("localhost:1"));
                  REQUIRE_FALSE(server.address().empty());
                  const std::string plan = plan_in(server.address(), scene.ground);
                  scene.tell(server, "doctor@hospital.example");
                  response = submit(somebody(server, scene, plan));
                  Client builder = scene.client(server, "builder");
                  job = job_of_day(builder);
                  std::string code;
                  while (code != "mail-not-taken") {
                      weft::yield();
                      code = builder.ask("GET", job + "/items?state=pending").at("/items/0/code");
                  }
                  CHECK(builder.ask("GET", report_path(response)).at("/mails/0/fate") ==
                        "try-later");
                  CHECK(server.stop() == 0);
              }
              Server server(scene.folder, scene.arguments());
              CHECK(scene.met().at("to").as_array() == json::array{"doctor@hospital.example"});
              Client builder = scene.client(server, "builder");
              wait_for(builder, job, "done", 1);
              CHECK(scene.rows("report") == 1);
              CHECK(server.stop() == 0);
          }) == 0);
}

TEST_CASE("a mail that is refused fails its item, and tried again it goes to the right address") {
    CHECK(weft::run([] {
              Scene scene;
              Server server(scene.folder, scene.arguments());
              REQUIRE_FALSE(server.address().empty());
              const std::string plan = plan_in(server.address(), scene.ground);
              scene.tell(server, "refuse@hospital.example");
              const std::string response = submit(somebody(server, scene, plan));
              Client builder = scene.client(server, "builder");
              const std::string job = job_of_day(builder);
              const Answer failed = wait_for(builder, job, "failed", 1);
              CHECK(failed.at("/reasons/0/code") == "mail-refused");
              const std::string digest = builder.ask("GET", report_path(response)).at("/digest");
              scene.tell(server, "doctor@hospital.example");
              CHECK(builder.ask("POST", job + "/redrive", R"({"state":"failed"})").outcome() ==
                    "200");
              CHECK(scene.met().at("to").as_array() == json::array{"doctor@hospital.example"});
              wait_for(builder, job, "done", 1);
              const Answer report = builder.ask("GET", report_path(response));
              CHECK(report.at("/mails/1/fate") == "sent");
              CHECK(report.at("/digest") == digest);
              CHECK(server.stop() == 0);
          }) == 0);
}

}  // namespace tests

// SPDX-License-Identifier: Apache-2.0
// Reports as items of jobs, in both stores, with a mail server in a process of its own. What the
// reports show comes from a table of the tests.
#include <set>

#include "weft/task_set.h"

#include "cohort/delivery/report_kind.h"
#include "cohort/delivery/store.h"
#include "cohort/platform/auth/digest.h"
#include "cohort/platform/jobs/engine.h"
#include "cohort/platform/jobs/test_jobs.h"
#include "tests/support/mail_sink.h"

namespace cohort::delivery {

namespace {

const pdf::Fonts& fonts() {
    static const pdf::Fonts opened = pdf::Fonts::open().value();
    return opened;
}

report::Report some_report(const std::string& submission) {
    report::Report report{.study = "ST", .subject = "ST-1", .questionnaire = "Diary"};
    report.reference = submission;
    report.lines.push_back({.question = "Fever?", .answer = "no 没有"});
    return report;
}

struct World {
    explicit World(jobs::TestLedger& ledger) : ledger(ledger), sink(folder) {
        ledger.write([](db::Tx& tx) {
            return tx.script("CREATE TABLE sample (submission TEXT, doctor TEXT, patient TEXT)");
        });
        sending.server.url = "smtp://" + sink.address();
        sending.server.authorities = sink.certificate();
    }

    JobId submit(const std::string& submission, const std::string& doctor,
                 const std::string& patient = "") {
        const JobId job = ledger.write([&](db::Tx& tx) -> Result<JobId> {
            TRY(tx.run("INSERT INTO sample (submission, doctor, patient) VALUES (?, ?, ?)",
                       submission, doctor, patient));
            return want_report(tx, {.submission = submission, .site = site, .name = submission});
        });
        return job;
    }

    Result<Loaded> load(const std::string& submission) {
        const db::Row row = TRY(ledger.db->read([&](db::Tx& tx) {
            return tx.one("SELECT doctor, patient FROM sample WHERE submission = ?", submission);
        }));
        Loaded loaded{.report = some_report(submission),
                      .doctor = row.get<std::string>(0),
                      .link = "https://cohort.example/reports/" + submission};
        loaded.report.patient = row.get<std::string>(1);
        return loaded;
    }

    jobs::Kind kind() {
        jobs::Kind kind =
            report_kind(*ledger.db, open_fonts, can_send ? std::optional(sending) : std::nullopt,
                        [this](const std::string& submission) { return load(submission); });
        kind.retry.base = kind.retry.cap = std::chrono::milliseconds(0);
        kind.retry.attempts = 3;
        return kind;
    }
    void work() {
        jobs::Engine engine(*ledger.db, {.alone = true});
        engine.add(kind());
        engine.run_until_idle();
    }

    // As keep_sealing() does after midnight.
    void end_day() {
        ledger.write([](db::Tx& tx) {
            return jobs::seal_before(tx, report_kind_name, Instant{now().ms + 1});
        });
    }

    jobs::Item item(const JobId& job, jobs::ItemState state) {
        const auto found =
            ledger.db->read([&](db::Tx& tx) { return jobs::items(tx, job, {.state = state}, 10); })
                .value();
        REQUIRE(found.size() == 1);
        return found[0];
    }
    Result<Made> made(const std::string& submission) {
        return ledger.db->read([&](db::Tx& tx) { return get(tx, submission); });
    }
    /// Fates and Message-IDs of the attempts.
    std::pair<std::string, std::set<std::string>> tried(const std::string& submission) {
        std::pair<std::string, std::set<std::string>> all;
        const auto found =
            ledger.db->read([&](db::Tx& tx) { return attempts(tx, submission); }).value();
        for (const Attempt& attempt : found) {
            all.first += attempt.fate + " ";
            all.second.insert(attempt.message_id);
        }
        return all;
    }
    json::object met() {
        return json::as_object(json::parse(sink.next()).value(), "a line of the sink").value();
    }

    jobs::TestLedger& ledger;
    test::TempFolder folder;
    test::MailSink sink;
    mail::Sending sending{.server = {}, .from = "reports@trial.example", .links = {}};
    bool can_send = true;
    SiteId site = new_id<SiteId>();
    OpenFonts open_fonts = [] { return Result(fonts()); };
};

template <class F>
void in_both_worlds(F body) {
    jobs::in_both_stores([&](jobs::TestLedger& ledger) {
        World world(ledger);
        body(world);
    });
}

bool has(const json::value& text, const std::string& part) {
    return std::string(text.as_string()).find(part) != std::string::npos;
}

}  // namespace

TEST_CASE(
    "a report is kept with its digest, and the doctor is told where it is, not what it says") {
    in_both_worlds([](World& world) {
        const JobId job = world.submit("s-1", "doctor@hospital.example", "张三");
        world.work();
        CHECK(world.ledger.counts(job) == jobs::Counts{.total = 1, .done = 1});
        const Made made = world.made("s-1").value();
        CHECK(made.digest == auth::sha256_hex(made.body));
        CHECK(made.body.starts_with("%PDF-1.7"));
        const json::object mail = world.met();
        CHECK(mail.at("to").as_array() == json::array{"doctor@hospital.example"});
        CHECK(has(mail.at("text"), "Message-ID: <report." + job.text + ".1@trial.example>"));
        // "https://cohort.example/reports/s-1" somewhere in the base64 of the text
        CHECK(has(mail.at("text"), "Subject: A new questionnaire report"));
        CHECK(world.tried("s-1").first == "sent ");
        CHECK(world.ledger.number("SELECT count(*) FROM audit_record WHERE action = "
                                  "'report.made' OR action = 'report.mailed'") == 2);
    });
}

TEST_CASE("reports of a day are items of one job, which takes more until the day is over") {
    in_both_worlds([](World& world) {
        const JobId day = world.submit("s-1", "");
        world.work();
        CHECK(world.submit("s-2", "") == day);
        CHECK(world.ledger.counts(day) == jobs::Counts{.total = 2, .done = 1, .pending = 1});
        world.work();
        CHECK(world.ledger.counts(day) == jobs::Counts{.total = 2, .done = 2});
        CHECK(world.ledger.state(day) == "running");
        world.end_day();
        CHECK(world.ledger.state(day) == "succeeded");
        CHECK(world.submit("s-3", "") != day);
    });
}

TEST_CASE("a day whose job was cancelled has another one for the reports that come then") {
    in_both_worlds([](World& world) {
        const JobId first = world.submit("s-1", "");
        world.ledger.write([&](db::Tx& tx) { return jobs::cancel(tx, first, "ann"); });
        const JobId second = world.submit("s-2", "");
        CHECK(second != first);
        CHECK(world.submit("s-3", "") == second);
        world.work();
        CHECK(world.ledger.state(first) == "cancelled");
        CHECK(world.made("s-1").error().code == "report");
        CHECK(world.made("s-3").ok());
    });
}

TEST_CASE("where nobody is to be told the report is kept all the same, and the item says why") {
    in_both_worlds([](World& world) {
        const JobId job = world.submit("s-1", "");
        world.work();
        CHECK(world.item(job, jobs::ItemState::done).code == "no-doctor");
        CHECK(world.made("s-1").ok());
        CHECK(world.tried("s-1").first.empty());
    });
}

TEST_CASE("without a mail server reports are made, and each item says that nobody was told") {
    in_both_worlds([](World& world) {
        world.can_send = false;
        const JobId job = world.submit("s-1", "doctor@hospital.example");
        world.work();
        CHECK(world.item(job, jobs::ItemState::done).code == "no-mail-server");
        CHECK(world.made("s-1").ok());
        CHECK(world.tried("s-1").first.empty());
    });
}

TEST_CASE(
    "a machine without fonts fails the item, which names what to install, until it has them") {
    in_both_worlds([](World& world) {
        world.open_fonts = pdf::fonts_when_needed({"/nowhere.ttf"});
        const JobId job = world.submit("s-1", "");
        world.work();
        const jobs::Item item = world.item(job, jobs::ItemState::failed);
        CHECK(item.code == "no-font");
        CHECK(item.reason.find("install fonts-lxgw-wenkai") != std::string::npos);
        world.open_fonts = pdf::fonts_when_needed();
        world.ledger.write(
            [&](db::Tx& tx) { return jobs::redrive(tx, job, {.state = jobs::ItemState::failed}); });
        world.work();
        CHECK(world.made("s-1").ok());
    });
}

TEST_CASE("a mail that may have arrived is not sent again, and is seen to be unknown") {
    in_both_worlds([](World& world) {
        const JobId job = world.submit("s-1", "drop-text@hospital.example");
        world.work();
        world.work();  // another server, later
        const jobs::Item item = world.item(job, jobs::ItemState::unknown);
        CHECK(item.code == "mail-unknown");
        CHECK(world.tried("s-1").first == "unknown ");
        CHECK(world.made("s-1").ok());
        CHECK(world.met().contains("text"));
    });
}

TEST_CASE("a server that is killed while a mail is on its way leaves it unknown to the next one") {
    in_both_worlds([](World& world) {
        const JobId job = world.submit("s-1", "hang-text@hospital.example");
        {
            jobs::Engine engine(*world.ledger.db, {.alone = true, .drop_everything_at_end = true});
            engine.add(world.kind());
            weft::TaskSet server("server");
            server.go("engine", [&] { engine.run(); });
            CHECK(world.met().contains("text"));
            CHECK(world.met().contains("hangs"));
            server.cancel();
            (void)server.drain(std::chrono::hours(1));
        }
        world.work();
        CHECK(world.item(job, jobs::ItemState::unknown).number == 1);
        CHECK(world.made("s-1").ok());
    });
}

TEST_CASE("who drives an unknown mail again sends the same one, which a receiver can recognise") {
    in_both_worlds([](World& world) {
        const JobId job = world.submit("s-1", "drop-text@hospital.example");
        world.work();
        const std::string digest = world.made("s-1").value().digest;
        world.ledger.write([&](db::Tx& tx) {
            return jobs::redrive(tx, job, {.state = jobs::ItemState::unknown});
        });
        world.work();
        CHECK(world.tried("s-1").first == "unknown unknown ");
        CHECK(world.tried("s-1").second.size() == 1);
        CHECK(world.made("s-1").value().digest == digest);
        CHECK(world.met().at("text").as_string() == world.met().at("text").as_string());
    });
}

TEST_CASE("a mail that is refused fails its item with the server's words, and keeps the report") {
    in_both_worlds([](World& world) {
        const JobId job = world.submit("s-1", "refuse@hospital.example");
        world.work();
        const jobs::Item item = world.item(job, jobs::ItemState::failed);
        CHECK(item.code == "mail-refused");
        CHECK(item.reason == "550 5.1.1 nobody of that name");
        CHECK(world.tried("s-1").first == "refused ");
        CHECK(world.made("s-1").ok());
    });
}

TEST_CASE("a mail that was certainly not taken is tried again until that is in vain") {
    in_both_worlds([](World& world) {
        const JobId job = world.submit("s-1", "later@hospital.example");
        world.work();
        CHECK(world.item(job, jobs::ItemState::failed).code == "mail-not-taken");
        CHECK(world.tried("s-1").first == "try-later try-later try-later ");
        CHECK(world.tried("s-1").second.size() == 1);
        CHECK(world.ledger.number("SELECT count(*) FROM audit_record WHERE action = "
                                  "'report.made'") == 1);
    });
}

TEST_CASE("a name that no font can draw fails the item, names the character, and sends nothing") {
    in_both_worlds([](World& world) {
        const JobId job = world.submit("s-1", "doctor@hospital.example", "\U00012000");
        world.work();
        const jobs::Item item = world.item(job, jobs::ItemState::failed);
        CHECK(item.code == "no-glyph");
        CHECK(item.reason.find("U+12000") != std::string::npos);
        CHECK(world.made("s-1").error().code == "report");
        CHECK(world.tried("s-1").first.empty());
    });
}

TEST_CASE("an address that cannot be written fails the item before anything is sent") {
    in_both_worlds([](World& world) {
        const JobId job = world.submit("s-1", "a@b, c@d");
        world.work();
        CHECK(world.item(job, jobs::ItemState::failed).code == "bad-address");
        CHECK(world.tried("s-1").first.empty());
    });
}

TEST_CASE("many reports are each made once and each mailed once") {
    in_both_worlds([](World& world) {
        std::set<std::string> expected;
        for (int i = 0; i < 40; ++i) {
            const std::string doctor = "doctor" + std::to_string(i) + "@hospital.example";
            expected.insert(doctor);
            world.submit("s-" + std::to_string(i), doctor);
        }
        world.work();
        std::set<std::string> told;
        for (int i = 0; i < 40; ++i)
            told.emplace(world.met().at("to").as_array().at(0).as_string());
        CHECK(told == expected);
        CHECK(world.ledger.number("SELECT count(*) FROM report") == 40);
        CHECK(world.ledger.number("SELECT count(*) FROM report_mail WHERE fate = 'sent'") == 40);
    });
}

}  // namespace cohort::delivery

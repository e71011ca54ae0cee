// SPDX-License-Identifier: Apache-2.0
// A night's push by the real server, to a receiver in a process of its own that fails, hangs,
// answers twice and dies. The server is killed, the job is paused, and cancelled and resumed: no
// report is lost, none is there twice, no file is half written, and the counts are right at every
// look. PUSH_SITES, PUSH_REPORTS, PUSH_KILLS and PUSH_SEED lengthen or repeat a run.
#include <chrono>
#include <csignal>
#include <random>
#include <sstream>

#include "weft/run.h"
#include "weft/time.h"

#include "cohort/platform/auth/digest.h"
#include "cohort/platform/jobs/test_counters.h"
#include "tests/integration/answering.h"
#include "tests/integration/listener.h"
#include "tests/integration/server_process.h"
#include "tests/integration/submissions.h"
#include "tests/support/certificate.h"
#include "tests/support/environment.h"
#include "tests/support/receiver.h"
#include "tests/support/test.h"
#include "tests/world/estate.h"

namespace tests {

using namespace cohort;

namespace {

struct Size {
    int sites = static_cast<int>(test::from_environment("PUSH_SITES", 6));
    int reports = static_cast<int>(test::from_environment("PUSH_REPORTS", 200));
    int kills = static_cast<int>(test::from_environment("PUSH_KILLS", 3));
    bool is_small = reports < 1000;  // lasts only as long as its receiver makes it last
};

std::unique_ptr<db::Db> look_into(const std::string& folder) {
    db::Options options = store_of(folder);
    options.read_only = true;
    return db::Db::open(options).value();
}

std::string digest_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream bytes;
    bytes << in.rdbuf();
    return auth::sha256_hex(bytes.str());
}

double seconds_since(weft::TimePoint began) {
    return std::chrono::duration<double>(weft::Clock::now() - began).count();
}

// --- the night ----------------------------------------------------------------------------

struct Night {
    std::vector<std::string> receiver_options() const {
        std::vector<std::string> options{"certificate=" + identity.certificate,
                                         "key=" + identity.key,
                                         "fail=0.05",
                                         "twice=0.02",
                                         "restart=0.002",
                                         "hang=3"};
        if (size.is_small) options.emplace_back("delay=0.1");
        return options;
    }
    std::vector<std::string> arguments() const {
        std::vector<std::string> all;
        for (const std::string& setting :
             {std::string("data.demo=false"), std::string("jobs.lease=1s"),
              std::string("push.limit=2s"), std::string("push.most_of_site=2"),
              "push.authorities=" + identity.certificate}) {
            all.emplace_back("--set");
            all.push_back(setting);
        }
        return all;
    }
    const std::string& token() const { return estate.ground.tokens.at("data_manager@all"); }

    // One patient submits some times; all others do the same.
    void fill() {
        {
            constexpr std::size_t windows = 5;
            Server server(folder, arguments());
            REQUIRE_FALSE(server.address().empty());
            AnsweringPatient patient(server.address(), estate.ground,
                                     plan_in(server.address(), estate.ground));
            for (std::size_t i = 0; i < windows; ++i) patient.act();
            CHECK(server.stop() == 0);
        }
        const auto made = open_store(folder.path())->transact([&](db::Tx& tx) {
            return add_submissions(tx, estate.ground, size.sites, size.reports);
        });
        REQUIRE(made.ok());
        sites = *made;
    }

    void serve() {
        server = std::make_unique<Server>(folder, arguments());
        REQUIRE_FALSE(server->address().empty());
    }
    void kill() {
        server->kill();
        CHECK(server->wait() == -SIGKILL);
        check_rows();
        serve();
    }

    void start() {
        Client caller(server->address(), token());
        const std::string study = "/api/v1/studies/" + estate.ground.study.text;
        for (std::size_t i = 0; i < sites.size(); ++i)
            REQUIRE(caller
                        .ask("PUT", study + "/sites/" + sites[i].text + "/report-receiver",
                             R"({"url":"https://localhost:)" + receiver.port() + "/P" +
                                 std::to_string(i) + R"(","token":"token"})")
                        .outcome() == "200");
        const Answer started = caller.ask("POST", study + "/report-pushes");
        REQUIRE(started.outcome() == "201");
        job = "/api/v1/jobs/" + started.at("/job");
    }
    void command(const char* what) const {
        CHECK(Client(server->address(), token()).ask("POST", job + "/" + what).status == 200);
    }

    // Follows the job until it is as wanted; the counts must be right all the way.
    template <class Wanted>
    Answer follow(const Wanted& wanted) {
        Listener listener(server->address(), token(), job + "/changes");
        for (;;) {
            const std::string event = listener.hear();
            REQUIRE_FALSE(event.empty());
            Answer told{.status = 200,
                        .body = json::parse(data_of(event)).value(),
                        .text = data_of(event),
                        .headers = {}};
            check_counts(told);
            if (wanted(told)) return told;
        }
    }
    static std::int64_t count(const Answer& told, const std::string& name) {
        return std::stoll(told.at("/counts/" + name));
    }
    void follow_until_done(std::int64_t items) {
        follow([&](const Answer& told) { return count(told, "done") >= items; });
    }
    Answer follow_until(const std::string& state) {
        return follow([&](const Answer& told) { return told.at("/state") == state; });
    }

    void check_counts(const Answer& told) {
        ++looks;
        std::int64_t sum = 0;
        for (const char* state : {"done", "failed", "skipped", "in_flight", "pending", "unknown"})
            sum += count(told, state);
        CHECK(sum == size.reports);
        CHECK(count(told, "total") == size.reports);
        CHECK(count(told, "done") >= most_done);
        most_done = std::max(most_done, count(told, "done"));
    }
    // The counts of the jobs are those of their items, and what is done is acknowledged.
    void check_rows() const {
        const auto db = look_into(folder.path());
        CHECK(jobs::wrong_counters(*db) == 0);
        CHECK(jobs::number_in(*db,
                              "SELECT (SELECT count(*) FROM report_delivery WHERE state = "
                              "'acknowledged') - (SELECT coalesce(sum(done), 0) FROM job WHERE "
                              "kind = 'report.push')") == 0);
    }

    void pause_and_resume() {
        command("pause");
        const std::int64_t before = count(follow_until("paused"), "done");
        check_rows();
        CHECK(count(follow_until("paused"), "done") == before);
        command("resume");
    }
    void cancel_and_resume() {
        command("cancel");
        const Answer told = follow_until("cancelled");
        CHECK(count(told, "pending") == 0);
        CHECK(count(told, "in_flight") == 0);
        check_rows();
        command("resume");
        // Who listens anew is told what was so a moment ago.
        follow([](const Answer& now) { return now.at("/ended_at") == "null"; });
    }

    // What the receiver kept, held against the store: each report once, whole, and none besides.
    void check_kept() const {
        const auto files = receiver.files();
        const auto log = receiver.log();
        std::int64_t doubled = 0;
        for (const auto& [delivery, times] : log.stored) doubled += times - 1;
        std::int64_t lost = 0;
        std::int64_t half = 0;
        std::int64_t told = 0;
        const auto read = look_into(folder.path())->read([&](db::Tx& tx) {
            return tx.each(
                "SELECT d.id, d.digest, r.digest FROM report_delivery d JOIN report r "
                "ON r.submission = d.submission WHERE d.state = 'acknowledged'",
                [&](db::Row&& row) -> Result<void> {
                    ++told;
                    CHECK(row.get<std::string>(1) == row.get<std::string>(2));
                    const auto file = files.find(row.get<std::string>(0));
                    if (file == files.end())
                        ++lost;
                    else if (digest_of(file->second) != row.get<std::string>(1))
                        ++half;
                    return {};
                });
        });
        CHECK(read.ok());
        CHECK(told == size.reports);
        CHECK(files.size() == static_cast<std::size_t>(size.reports));
        CHECK(log.stored.size() == files.size());
        CHECK(lost == 0);
        CHECK(doubled == 0);
        CHECK(half == 0);
        MESSAGE("acknowledged ", told, ", kept by the receiver ", files.size(), ": lost ", lost,
                ", doubled ", doubled, ", half written ", half, "; the receiver: ", log.faults,
                " faults, ", log.restarts, " restarts, ", log.again, " repetitions");
    }

    Size size;
    test::TempFolder folder;
    test::Identity identity{folder, "localhost"};
    test::Receiver receiver{receiver_options()};
    Estate estate = lay_estate(*open_store(folder.path()));
    std::vector<SiteId> sites;
    std::unique_ptr<Server> server;
    std::string job;  // its path
    std::int64_t looks = 0;
    std::int64_t most_done = 0;
};

// At random counts: all the kills, a pause after a third of them and a cancel after two.
void disturb(Night& night, std::mt19937_64& random) {
    const int steps = night.size.kills + 2;
    for (int step = 1; step <= steps; ++step) {
        // The last one leaves a tenth to be done after it.
        const auto share = [&](int steps_done) {
            return std::int64_t{night.size.reports} * 9 * steps_done / steps / 10;
        };
        night.follow_until_done(
            std::uniform_int_distribution<std::int64_t>(share(step - 1), share(step))(random));
        if (step == steps / 3 + 1)
            night.pause_and_resume();
        else if (step == steps * 2 / 3 + 1)
            night.cancel_and_resume();
        else
            night.kill();
    }
}

}  // namespace

TEST_CASE(
    "a push through kills, faults, a pause and a cancel delivers each report once and whole") {
    const std::uint64_t seed = test::from_environment("PUSH_SEED", 20'261'122);
    MESSAGE("PUSH_SEED=", seed);
    std::mt19937_64 random(seed);
    const int code = weft::run([&] {
        Night night;
        night.fill();
        night.serve();
        const auto began = weft::Clock::now();
        night.start();
        MESSAGE("started after ", seconds_since(began), " s");
        disturb(night, random);
        const Answer over =
            night.follow([](const Answer& told) { return told.at("/ended_at") != "null"; });
        const double took = seconds_since(began);
        CHECK(over.at("/state") == "succeeded");
        CHECK(Night::count(over, "done") == night.size.reports);
        if (over.at("/state") != "succeeded") MESSAGE(over.text);
        CHECK(night.server->stop() == 0);
        night.check_rows();
        CHECK(verify_audit(night.folder) == 0);
        MESSAGE(night.size.reports, " reports to ", night.size.sites, " sites, ", night.size.kills,
                " kills, a pause, a cancel and resume: made and pushed in ", took, " s, ",
                night.looks, " looks at the counts");
        night.check_kept();
    });
    CHECK(code == 0);
}

}  // namespace tests

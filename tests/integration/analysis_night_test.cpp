// SPDX-License-Identifier: Apache-2.0
// A night over many sites that enter generated forms: the real server is killed again and again
// while it makes their tables, the run is paused, cancelled and resumed. At the end every site has
// its tables once, whole and with all that was entered, and at every look the counts are exact.
// NIGHT_SITES, NIGHT_KILLS and NIGHT_SEED repeat or lengthen a run.
#include <csignal>
#include <map>
#include <random>

#include "weft/run.h"

#include "tests/integration/archive.h"
#include "tests/integration/client.h"
#include "tests/integration/many_sites.h"
#include "tests/integration/saving.h"
#include "tests/integration/server_process.h"
#include "tests/support/environment.h"
#include "tests/support/test.h"
#include "tests/world/estate.h"

namespace tests {

using namespace cohort;

namespace {

using Clock = std::chrono::steady_clock;

// The counters of jobs that are not what their rows say.
constexpr const char* wrong_counters =
    "job j WHERE done <> (SELECT COUNT(*) FROM job_item_past p WHERE p.job = j.id) "
    "OR pending <> (SELECT COUNT(*) FROM job_item i WHERE i.job = j.id AND i.state = 'pending') "
    "OR in_flight <> (SELECT COUNT(*) FROM job_item i WHERE i.job = j.id AND i.state = "
    "'in_flight') "
    "OR skipped <> (SELECT COUNT(*) FROM job_item i WHERE i.job = j.id AND i.state = 'skipped') "
    "OR failed <> (SELECT COUNT(*) FROM job_item i WHERE i.job = j.id AND i.state = 'failed')";

struct Night {
    test::TempFolder folder;
    Estate estate = lay_estate(*open_store(folder.path()));
    std::vector<EnteredSite> sites;
    std::string job = {};  // its path

    std::int64_t all_sites() const { return static_cast<std::int64_t>(sites.size()) + 2; }
    std::string study() const { return "/api/v1/studies/" + estate.ground.study.text; }
    std::int64_t rows(const std::string& what) const {
        return rows_in(store_of(folder.path()), what);
    }
    const std::string& token(const std::string& who) const { return estate.ground.tokens.at(who); }
    void start(Client& manager) {
        const Answer started = manager.ask("POST", study() + "/analyses");
        REQUIRE(started.outcome() == "201");
        job = "/api/v1/jobs/" + started.at("/job");
    }
};

// A server, and a data manager who looks at the job.
struct Watch {
    explicit Watch(const Night& night_in)
        : night(night_in),
          server(night.folder, {"--set", "data.demo=false", "--set", "jobs.lease=1s"}),
          manager(server.address(), night.token("data_manager@all")) {
        REQUIRE_FALSE(server.address().empty());
    }

    // The job as it is told, once its counts were found to add up.
    Answer look() {
        Answer told = manager.ask("GET", night.job);
        REQUIRE(told.outcome() == "200");
        std::int64_t sum = 0;
        for (const char* state : {"done", "failed", "skipped", "in_flight", "pending", "unknown"})
            sum += count(told, state);
        REQUIRE(sum == night.all_sites());
        REQUIRE(count(told, "total") == night.all_sites());
        return told;
    }
    static std::int64_t count(const Answer& told, const std::string& state) {
        return std::stoll(told.at("/counts/" + state));
    }
    std::int64_t done() { return count(look(), "done"); }
    void await(const std::string& state) {
        while (look().at("/state") != state) weft::yield();
    }
    void steer(const std::string& command) {
        REQUIRE(manager.ask("POST", night.job + "/" + command).outcome() == "200");
    }
    Answer archive(const EnteredSite& site) {
        return manager.ask("GET", night.study() + "/sites/" + site.id.text + "/analysis.zip");
    }
    // A site has nothing yet, or all of it.
    void check_archive(const EnteredSite& site) {
        const Answer told = archive(site);
        if (told.outcome() != "404 analysis") CHECK(difference(site, told.text) == "");
    }
    void kill() {
        server.kill();
        CHECK(server.wait() == -SIGKILL);
        CHECK(night.rows(wrong_counters) == 0);
    }

    const Night& night;
    Server server;
    Client manager;
};

// What a person does to the run between two kills.
void pause_and_go_on(Night& night) {
    {
        Watch watch(night);
        watch.steer("pause");
        watch.await("paused");
        CHECK(Watch::count(watch.look(), "in_flight") == 0);
        watch.kill();
    }
    Watch watch(night);
    CHECK(watch.look().at("/state") == "paused");
    watch.steer("resume");
    watch.kill();
}

void cancel_and_go_on(Night& night) {
    {
        Watch watch(night);
        watch.steer("cancel");
        watch.await("cancelled");
        const Answer told = watch.look();
        CHECK(Watch::count(told, "done") + Watch::count(told, "skipped") == night.all_sites());
        CHECK(night.rows(wrong_counters) == 0);
        watch.kill();
    }
    Watch watch(night);
    CHECK(watch.look().at("/state") == "cancelled");
    watch.steer("resume");
    watch.kill();
}

// Each time when some more sites are done, in the middle of the next ones.
void kill_often(Night& night, int kills, std::mt19937_64& random) {
    const int most = std::max(1, static_cast<int>(night.sites.size()) / kills / 2);
    for (int kill = 0; kill < kills; ++kill) {
        if (kill == kills / 3) pause_and_go_on(night);
        if (kill == 2 * kills / 3) cancel_and_go_on(night);
        Watch watch(night);
        const std::int64_t wanted = std::min<std::int64_t>(
            night.all_sites(), watch.done() + std::uniform_int_distribution<int>(1, most)(random));
        while (watch.done() < wanted) weft::yield();
        watch.check_archive(night.sites[random() % night.sites.size()]);
        watch.kill();
    }
}

// Every site's archive by its OID, each found to hold what was entered.
std::map<std::string, std::string> archives(Watch& watch) {
    std::map<std::string, std::string> all;
    for (const EnteredSite& site : watch.night.sites) {
        const Answer told = watch.archive(site);
        REQUIRE(told.outcome() == "200");
        REQUIRE(difference(site, told.text) == "");
        all[site.oid] = told.text;
    }
    return all;
}

// Nothing is lost, nothing is there twice, nothing by halves.
void check_over(const Night& night) {
    CHECK(night.rows(wrong_counters) == 0);
    CHECK(night.rows("site_analysis") == night.all_sites());
    CHECK(night.rows("site_analysis_part p WHERE NOT EXISTS "
                     "(SELECT 1 FROM site_analysis a WHERE a.run = p.run)") == 0);
    CHECK(night.rows("audit_record WHERE action = 'analysis.made'") == night.all_sites());
    CHECK(night.rows("job_result WHERE part = 1") == night.all_sites());
    CHECK(night.rows("job_item_past") == night.all_sites());
    CHECK(night.rows("job_item") == 0);
}

}  // namespace

TEST_CASE(
    "a night of kill -9, a pause and a cancel leaves each site its tables once, whole and exact") {
    const auto kills = static_cast<int>(test::from_environment("NIGHT_KILLS", 4));
    const auto sites = static_cast<int>(test::from_environment("NIGHT_SITES", 40));
    const std::uint64_t seed = test::from_environment("NIGHT_SEED", 20'261'123);
    MESSAGE("NIGHT_SITES=", sites, " NIGHT_KILLS=", kills, " NIGHT_SEED=", seed);
    CHECK(weft::run([&] {
              Night night;
              night.sites =
                  add_sites(*open_store(night.folder.path()), night.estate.ground.study, sites);
              std::mt19937_64 random(seed);
              {
                  Watch watch(night);
                  enter_forms(watch.server.address(), night.token("coordinator@all"),
                              night.estate.ground.study, night.sites, seed);
                  night.start(watch.manager);
                  // One at a time while there are kills: else the night is over before the last.
                  REQUIRE(watch.manager.ask("POST", night.job + "/pace", R"({"most":1})").status ==
                          200);
              }
              const auto from = Clock::now();
              kill_often(night, kills, random);
              Watch watch(night);
              REQUIRE(watch.manager.ask("POST", night.job + "/pace", "{}").status == 200);
              watch.await("succeeded");
              const double disturbed = ms_since(from);
              check_over(night);
              const std::int64_t hit = night.rows("job_item_past WHERE attempts > 1");
              const auto made = archives(watch);
              night.start(watch.manager);
              const auto again = Clock::now();
              watch.await("succeeded");
              const double undisturbed = ms_since(again);
              CHECK(archives(watch) == made);
              CHECK(watch.server.stop() == 0);
              CHECK(verify_audit(night.folder) == 0);
              std::int64_t forms = 0;
              for (const EnteredSite& site : night.sites)
                  forms += static_cast<std::int64_t>(site.rows.size());
              MESSAGE(sites, " sites, ", forms, " completed forms. ", kills + 4, " kills, ", hit,
                      " sites begun again, a pause, a cancel: ", disturbed / 1000,
                      " s. Nobody in the way: ", undisturbed / 1000, " s");
          }) == 0);
}

}  // namespace tests

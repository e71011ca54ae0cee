// SPDX-License-Identifier: Apache-2.0
#include "cohort/analysis/store.h"

#include "weft/run.h"

#include "cohort/migrations/test_store.h"
#include "tests/support/test.h"

using namespace cohort;
using namespace cohort::analysis;

namespace {

struct Scene {
    migrations::TestStore store;
    StudyId study = new_id<StudyId>();
    SiteId site = new_id<SiteId>();

    Run run(const char* id) const {
        return {.id = id,
                .study = study,
                .site = site,
                .job = JobId{"job"},
                .made_at = {},
                .manifest = "{}"};
    }
    void write(const Run& run, const std::vector<File>& files) const {
        const Keep keep = [&](const jobs::Effects& unit) { return store.db->transact(unit); };
        CHECK(write_files(keep, run, files).ok());
    }
    void show(const Run& run) const {
        CHECK(store.db->transact([&](db::Tx& tx) { return publish(tx, run); }).ok());
    }
    // The first file that readers see, or why there is none.
    std::string seen() const {
        const auto files = store.db->read([&](db::Tx& tx) -> Result<std::vector<File>> {
            return files_of(tx, TRY(get_run(tx, study, site)));
        });
        return files ? files->at(0).name + "=" + files->at(0).text : files.error().code;
    }
    std::int64_t parts() const {
        return store.db
            ->read([](db::Tx& tx) { return tx.one("SELECT count(*) FROM site_analysis_part"); })
            .value()
            .get<std::int64_t>(0);
    }
};

}  // namespace

TEST_CASE("Files are seen once their run is published, whole, and never those of a killed one") {
    CHECK(weft::run([] {
              const Scene scene;
              CHECK(scene.seen() == "analysis");
              const Run first = scene.run("1");
              scene.write(first, {{"a.csv", "one"}, {"b.csv", ""}});
              CHECK(scene.seen() == "analysis");
              scene.show(first);
              CHECK(scene.seen() == "a.csv=one");
              scene.write(scene.run("killed"), {{"a.csv", "half"}});
              CHECK(scene.seen() == "a.csv=one");
              const Run last = scene.run("2");
              scene.write(last, {{"a.csv", "two"}});
              scene.show(last);
              CHECK(scene.seen() == "a.csv=two");
              CHECK(scene.parts() == 1);
          }) == 0);
}

TEST_CASE("A large file comes back as it was, whatever character stands where it is cut") {
    CHECK(weft::run([] {
              const Scene scene;
              std::string text = "x";
              while (text.size() < 2'000'000) text += "体重";
              const Run run = scene.run("1");
              scene.write(run, {{"a.csv", text}});
              CHECK(scene.parts() == 4);
              scene.show(run);
              const bool is_whole = scene.seen() == "a.csv=" + text;  // not printed: two megabytes
              CHECK(is_whole);
          }) == 0);
}

TEST_CASE("Who is not to write any more stops at once, and what they wrote is not seen") {
    CHECK(weft::run([] {
              const Scene scene;
              const Run run = scene.run("1");
              int units = 0;
              const Keep keep = [&](const jobs::Effects& unit) -> Result<void> {
                  if (++units == 2) return conflict("item-lost", "It is another's now.");
                  return scene.store.db->transact(unit);
              };
              const std::string large(2'000'000, 'x');
              const auto written = write_files(keep, run, {{"a.csv", large}, {"b.csv", "b"}});
              REQUIRE_FALSE(written.ok());
              CHECK(written.error().code == "item-lost");
              CHECK(units == 2);
              CHECK(scene.parts() == 1);
              CHECK(scene.seen() == "analysis");
          }) == 0);
}

TEST_CASE("Small files are written as one unit") {
    CHECK(weft::run([] {
              const Scene scene;
              int units = 0;
              const Keep keep = [&](const jobs::Effects& unit) {
                  ++units;
                  return scene.store.db->transact(unit);
              };
              const std::string much(400'000, 'x');
              CHECK(write_files(keep, scene.run("1"),
                                {{"a", "1"}, {"b", ""}, {"c", much}, {"d", much}, {"e", "5"}})
                        .ok());
              CHECK(units == 2);
              CHECK(scene.parts() == 5);
          }) == 0);
}

// SPDX-License-Identifier: Apache-2.0
// One site floods the real server while others submit one answer after the other, each from an
// address of its own. Counts, not times: OVERLOAD_COUNT (at most 1,000) lengthens a run.
#include <memory>
#include <vector>

#include "weft/run.h"

#include "tests/integration/sites.h"
#include "tests/support/environment.h"
#include "tests/support/test.h"

namespace tests {

namespace {

constexpr int good_sites = 3;
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::int64_t kib_max = 1536 * 1024;  // what they remember of what is freed
#else
constexpr std::int64_t kib_max = 400 * 1024;  // however long the flood lasts
#endif

std::int64_t stored(const test::TempFolder& folder) {
    cohort::db::Options options = store_of(folder.path());
    options.read_only = true;
    const std::int64_t responses = rows_in(options, "patient_response");
    CHECK(rows_in(options, "audit_record WHERE action = 'patient-response.submitted'") ==
          responses);
    return responses;
}

}  // namespace

TEST_CASE(
    "a site that floods is refused before its bodies are read, the others are not, and what "
    "was accepted is stored once") {
    const auto each = static_cast<std::int64_t>(test::from_environment("OVERLOAD_COUNT", 150));
    CHECK(weft::run([&] {
              const test::TempFolder folder;
              const Ground ground = lay_ground(*open_store(folder.path()));
              // Always overloaded: the test does not depend on how fast the machine is.
              Server server(folder,
                            {"--set", "data.demo=false", "--set", "http.overloaded_after=0s"});
              REQUIRE_FALSE(server.address().empty());
              // A patient has a thousand windows: enough for the flood to last.
              const int flooding = static_cast<int>(each / 10);
              const Patients patients =
                  patients_at(server.address(), ground, good_sites + flooding);
              const auto some = [&](int from, int count) {
                  return Patients(patients.begin() + from, patients.begin() + from + count);
              };
              Site flood(server, folder, some(good_sites, flooding),
                         {.number = 9, .connections = 200, .asks_to_send = true});
              std::vector<std::unique_ptr<Site>> good;
              for (int i = 0; i < good_sites; ++i)
                  good.push_back(std::make_unique<Site>(
                      server, folder, some(i, 1),
                      SiteOptions{.number = 2 + i, .count = each, .asks_to_send = true}));
              std::int64_t accepted = 0;
              for (auto& site : good) {
                  const SiteFate fate = site->wait();
                  CHECK(fate.accepted == each);
                  CHECK(fate.refused == 0);
                  CHECK(fate.other == 0);
                  accepted += fate.accepted;
              }
              const SiteFate flooded = flood.stop();
              CHECK(flooded.refused > 0);
              CHECK(flooded.without_time == 0);
              CHECK(flooded.after_body == 0);
              CHECK(flooded.other == 0);
              CHECK(flooded.sent == flooded.accepted + flooded.refused);
              const std::int64_t kib = resident_kib(server.pid());
              MESSAGE("flood: ", flooded.accepted, " accepted, ", flooded.refused, " refused, ",
                      flooded.turned_away, " turned away; others: ", accepted, "; memory: ", kib,
                      " KiB");
              CHECK(kib < kib_max);
              CHECK(server.stop() == 0);
              CHECK(stored(folder) == accepted + flooded.accepted);
              CHECK(verify_audit(folder) == 0);
          }) == 0);
}

}  // namespace tests

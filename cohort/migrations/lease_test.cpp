// SPDX-License-Identifier: Apache-2.0
// Beside the migrations, because the lease's table is one of them.
#include "cohort/platform/db/lease.h"

#include <chrono>

#include "weft/sim.h"
#include "weft/time.h"

#include "cohort/migrations/test_store.h"
#include "tests/support/test.h"

namespace cohort::migrations {

TEST_CASE("a lease has one holder until it runs out or is given back, and counts its holders") {
    using namespace std::chrono_literals;
    CHECK(weft::sim::run(1, [] {
              TestStore store;
              const auto hold = [&](const char* who) {
                  return store.db
                      ->transact([&](db::Tx& tx) { return db::hold_lease(tx, "work", who, 10s); })
                      .value();
              };
              CHECK(hold("a") == 1);
              CHECK(hold("b") == std::nullopt);
              weft::sleep(9s);
              CHECK(hold("a") == 1);
              weft::sleep(9s);
              CHECK(hold("b") == std::nullopt);
              weft::sleep(1s);
              CHECK(hold("b") == 2);
              CHECK(hold("a") == std::nullopt);
              const auto released =
                  store.db->transact([](db::Tx& tx) { return db::release_lease(tx, "work", "b"); });
              CHECK(released.ok());
              CHECK(hold("a") == 3);
          }) == 0);
}

}  // namespace cohort::migrations

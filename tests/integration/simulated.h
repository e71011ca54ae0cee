// SPDX-License-Identifier: Apache-2.0
// A world in which hours pass in no time.
#pragma once

#include <chrono>
#include <functional>

#include "weft/sim.h"
#include "weft/time.h"

#include "tests/support/test.h"
#include "tests/world/world.h"

namespace tests {

/// Time passes, and the staff are still at work.
inline void sleep_through(World& world, std::chrono::hours time) {
    weft::sleep(time);
    const auto shift = std::chrono::milliseconds(time).count();
    CHECK(world.db()
              .transact([&](cohort::db::Tx& tx) {
                  return tx.run(
                      "UPDATE session SET last_seen_at = last_seen_at + ?, "
                      "expires_at = expires_at + ?",
                      shift, shift);
              })
              .ok());
}

/// From noon at site A, so that no test runs into a midnight.
inline void in_simulated_world(const std::function<void(World&)>& body) {
    CHECK(weft::sim::run(1, [&] {
              const std::int64_t day = 24 * 60 * 60 * 1000;
              const std::int64_t noon = 4 * 60 * 60 * 1000;  // UTC, of Shanghai
              weft::sleep(std::chrono::milliseconds((day + noon - cohort::now().ms % day) % day));
              World world;
              body(world);
          }) == 0);
}

}  // namespace tests

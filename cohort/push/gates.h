// SPDX-License-Identifier: Apache-2.0
// Spares receivers that fail: one that is dead costs one place at a time, not all of them.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "weft/mutex.h"

#include "cohort/base/id.h"
#include "cohort/platform/resilience/breaker.h"

namespace cohort::push {

/// One breaker for each site of each study. While the last call to it failed, one at a time.
class Gates {
  public:
    explicit Gates(std::uint64_t seed = std::random_device{}()) : random_(seed) {}

    /// Held while a receiver is called. Say how it went, or nothing if nobody knows.
    class [[nodiscard]] Pass {
      public:
        Pass(Pass&& other) noexcept
            : gates_(std::exchange(other.gates_, nullptr)), key_(std::move(other.key_)) {}
        Pass& operator=(Pass&&) = delete;
        ~Pass();
        void succeeded();
        void failed();

      private:
        friend class Gates;
        Pass(Gates& gates, std::string key) : gates_(&gates), key_(std::move(key)) {}
        Gates* gates_;
        std::string key_;
    };

    /// Nothing while the receiver is to be spared.
    std::optional<Pass> enter(const StudyId& study, const SiteId& site);

    /// After which whoever was not let in comes back; another time for each.
    std::chrono::milliseconds pause();

  private:
    struct Gate {
        resilience::Breaker breaker;
        int inside = 0;
        bool fails = false;
    };
    void note(const std::string& key, bool ok);

    weft::Mutex mutex_{"receivers"};  // guards the two below
    std::map<std::string, std::unique_ptr<Gate>> gates_;
    std::mt19937_64 random_;
};

}  // namespace cohort::push

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <utility>

#include "weft/mutex.h"
#include "weft/single_flight.h"
#include "weft/time.h"

#include "cohort/base/result.h"

namespace cohort::resilience {

struct CacheOptions {
    std::chrono::milliseconds kept{1000};
    std::chrono::milliseconds absence_kept{1000};  ///< that there is nothing; 0: asked every time
    double jitter = 0.05;       ///< each entry lives this much shorter or longer, so that those
                                ///< of one moment do not all end in one moment
    std::size_t most = 10'000;  ///< entries; beyond, the one that ends first goes
};

/// Answers as they were a moment ago. Of several who miss the same key one asks, and the others
/// wait for its answer.
///
/// Shape: what is there and what is not (ErrorKind::not_found) is kept; other errors never are.
template <class Key, class Value>
class Cache {
  public:
    explicit Cache(const CacheOptions& options, unsigned seed = std::random_device{}())
        : options_(options), random_(seed) {}

    /// The value of a key, from `make()` where it is not kept. Errors: those of `make`.
    /// Blocks: the goroutine, while it is made.
    template <class Make>
    Result<Value> get(const Key& key, Make make) {
        if (auto kept = find(key)) return *std::move(kept);
        return flights_
            .call(key,
                  [&]() -> Result<Value> {
                      // Whoever landed between our look and our flight has just made it.
                      if (auto kept = find(key)) return *std::move(kept);
                      const auto ticket = [&] {
                          const std::lock_guard lock{mutex_};
                          return forgotten_;
                      }();
                      Result<Value> made = make();
                      keep(key, made, ticket);
                      return made;
                  })
            .value;
    }

    /// Forgets all; what is being made at this moment is not kept either.
    void forget() {
        const std::lock_guard lock{mutex_};
        ++forgotten_;
        entries_.clear();
        by_end_.clear();
    }

    std::size_t size() const {
        const std::lock_guard lock{mutex_};
        return entries_.size();
    }

  private:
    using ByEnd = std::multimap<weft::TimePoint, Key>;
    struct Entry {
        Result<Value> value;
        typename ByEnd::iterator end;
    };

    std::optional<Result<Value>> find(const Key& key) {
        const std::lock_guard lock{mutex_};
        const auto at = entries_.find(key);
        if (at == entries_.end()) return std::nullopt;
        if (at->second.end->first > weft::Clock::now()) return at->second.value;
        remove(at);
        return std::nullopt;
    }

    void keep(const Key& key, const Result<Value>& made, std::size_t ticket) {
        const bool is_absence = !made && made.error().kind == ErrorKind::not_found;
        if (!made && !is_absence) return;
        const auto time = is_absence ? options_.absence_kept : options_.kept;
        if (time.count() <= 0) return;
        const std::lock_guard lock{mutex_};
        if (ticket != forgotten_) return;
        if (const auto old = entries_.find(key); old != entries_.end()) remove(old);
        if (entries_.size() >= options_.most) remove(entries_.find(by_end_.begin()->second));
        std::uniform_real_distribution<double> around(1 - options_.jitter, 1 + options_.jitter);
        const auto lives = std::chrono::duration_cast<weft::Duration>(time * around(random_));
        entries_.emplace(key, Entry{made, by_end_.emplace(weft::Clock::now() + lives, key)});
    }

    void remove(typename std::map<Key, Entry>::iterator at) {
        by_end_.erase(at->second.end);
        entries_.erase(at);
    }

    const CacheOptions options_;
    mutable weft::Mutex mutex_{"cache"};  // guards the four below
    std::mt19937 random_;
    std::size_t forgotten_ = 0;
    std::map<Key, Entry> entries_;
    ByEnd by_end_;
    weft::SingleFlight<Key, Result<Value>> flights_{"cache"};
};

}  // namespace cohort::resilience

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <source_location>
#include <unordered_map>
#include <utility>

#include "weft/cancelled.h"
#include "weft/context.h"
#include "weft/event.h"
#include "weft/mutex.h"

namespace weft::inline abi1 {

/// Makes sure that of the same work only one is under way: who asks for a key that somebody is
/// working on waits for that result instead of doing it again. Nothing is kept afterwards: this is
/// not a cache.
///
/// Source: Go package golang.org/x/sync/singleflight.
template <class Key, class Value>
class SingleFlight {
  public:
    /// `name` (a literal) appears in reports.
    explicit SingleFlight(const char* name = nullptr) : name_(name), mutex_(name) {}
    SingleFlight(const SingleFlight&) = delete;
    SingleFlight& operator=(const SingleFlight&) = delete;

    struct Answer {
        Value value;
        bool shared;  ///< it went to several callers
    };

    /// The result of `make()`, made by this call or by one that was under way. `Value` is copied to
    /// each; a Result, or a std::shared_ptr, is a good one.
    ///
    /// Errors:  an exception of `make` goes to all who waited for it.
    /// Blocks:  the goroutine, while another call works on the key.
    /// Cancels: throws Cancelled. When the caller that works is cancelled, one of those that wait
    ///          does the work in its place.
    template <class F>
    Answer call(const Key& key, F&& make,
                const std::source_location& where = std::source_location::current()) {
        for (;;) {
            const auto [flight, mine] = join(key);
            if (mine) return work(key, flight, std::forward<F>(make));
            flight->done.wait(where);
            if (flight->abandoned) continue;
            if (flight->thrown) std::rethrow_exception(flight->thrown);
            // It landed without being abandoned and without an exception.
            return {*flight->value, true};  // NOLINT(bugprone-unchecked-optional-access)
        }
    }

    /// Lets the next call for this key do the work anew, though one may be under way.
    void forget(const Key& key) {
        std::lock_guard guard(mutex_);
        flights_.erase(key);
    }

  private:
    struct Flight {
        explicit Flight(const char* name) noexcept : done(name) {}
        Event done;
        int waiting = 0;  // under the mutex until done
        bool abandoned = false;
        std::optional<Value> value;
        std::exception_ptr thrown;
    };

    /// The flight of this key, and whether the caller has to do the work.
    std::pair<std::shared_ptr<Flight>, bool> join(const Key& key) {
        std::lock_guard guard(mutex_);
        auto& flight = flights_[key];
        const bool mine = flight == nullptr;
        if (mine)
            flight = std::make_shared<Flight>(name_);
        else
            ++flight->waiting;
        return {flight, mine};
    }

    template <class F>
    Answer work(const Key& key, const std::shared_ptr<Flight>& flight, F&& make) {
        try {
            flight->value.emplace(std::forward<F>(make)());
        } catch (const Cancelled&) {
            flight->abandoned = true;
            land(key, flight);
            throw;
        } catch (...) {
            flight->thrown = std::current_exception();
            land(key, flight);
            throw;
        }
        const bool shared = land(key, flight);
        return {*flight->value, shared};  // NOLINT(bugprone-unchecked-optional-access): made above
    }

    /// Ends the flight, out of reach of a cancel: those who wait must hear of it.
    bool land(const Key& key, const std::shared_ptr<Flight>& flight) {
        return shield([&] {
            std::lock_guard guard(mutex_);
            const auto at = flights_.find(key);
            if (at != flights_.end() && at->second == flight) flights_.erase(at);
            flight->done.set();
            return flight->waiting > 0;
        });
    }

    const char* name_;
    Mutex mutex_;
    std::unordered_map<Key, std::shared_ptr<Flight>> flights_;
};

}  // namespace weft::inline abi1

// SPDX-License-Identifier: Apache-2.0
// Lets one subscriber act on its events. Of all processes on the store one at a time does, by a
// lease that is checked in the transaction of the effects.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <random>
#include <span>
#include <string>

#include "cohort/platform/events/inbox.h"

namespace cohort::events {

/// Who acts on the events of a topic.
struct Subscriber {
    const char* name;  ///< a literal: of its goroutine too
    std::string topic;

    /// The effect of an event, in the transaction that says that it is done. It may not park and
    /// may not use the Db; what lasts longer, or reaches the outside, it starts as a job. An error
    /// takes it back, and it is tried again.
    std::function<Result<void>(db::Tx&, const Event&)> act;
};

struct WorkerOptions {
    /// How long the events of a killed process wait for another one.
    std::chrono::milliseconds lease{5'000};
    std::int64_t tries = 10;  ///< then an event is dead
    std::chrono::milliseconds pause_base{
        1'000};  ///< before the second try at most; doubled each time
    std::chrono::milliseconds pause_cap{300'000};
};

inline constexpr std::int64_t every_position = std::numeric_limits<std::int64_t>::max();

class Worker {
  public:
    /// `holder` names this process among those of the store.
    Worker(db::Db& db, Subscriber subscriber, const WorkerOptions& options, std::string holder,
           std::uint64_t seed);

    const Subscriber& subscriber() const { return subscriber_; }

    enum class Turn : std::uint8_t {
        idle,      ///< there is nothing to do now
        worked,    ///< there may be more
        elsewhere  ///< another process has the lease
    };

    /// Does some of what is to be done, of events up to a position.
    /// Errors: those of the store; what was done stays done.
    /// Blocks: the goroutine.
    Result<Turn> turn(std::int64_t up_to = every_position);

    /// Takes or keeps the lease. Shape: false while another process has it.
    Result<bool> hold();

    /// Gives the lease back, so that another process need not wait for its end.
    void leave();

  private:
    enum class Lease : std::uint8_t {
        kept,      ///< ours since we read what is to be done
        taken,     ///< ours anew: what was read may have been done by others
        elsewhere  ///< another process has it
    };
    Result<Lease> deliver(std::span<const Delivery> some, std::int64_t until);
    Result<Lease> deliver_each(Todo& todo);
    Result<Lease> put_off(const Delivery& delivery, const Error& error);
    template <class F>
    Result<Lease> under_lease(F f);
    Result<void> act(db::Tx& tx, const Delivery& delivery) const;
    Result<void> call(db::Tx& tx, const Event& event) const;
    std::optional<std::chrono::milliseconds> pause_after(std::int64_t tries);

    db::Db& db_;
    const Subscriber subscriber_;
    const WorkerOptions options_;
    const std::string holder_;
    const std::string lease_;
    std::optional<std::int64_t> fence_;
    std::mt19937_64 random_;
};

}  // namespace cohort::events

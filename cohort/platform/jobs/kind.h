// SPDX-License-Identifier: Apache-2.0
// What a kind of job is made of: a handler, what to do when it fails, and how much at once.
#pragma once

#include <chrono>
#include <functional>

#include "cohort/platform/db/db.h"
#include "cohort/platform/jobs/claim.h"

namespace cohort::jobs {

/// How a handler ended, where it did not end by an Error.
struct Outcome {
    enum class What : std::uint8_t {
        done,
        skipped,   ///< nothing was to be done
        unknown,   ///< it was sent, and what became of it is not known
        not_sent,  ///< it certainly did not arrive: tried anew, or failed, as `error` says
        snoozed,   ///< not now: again after `wait`, and this attempt does not count
    };
    What what = What::done;
    std::string code = {};              ///< of `done` too, where something is to be said of it
    std::string reason = {};            ///< for people, without patient data
    std::chrono::milliseconds wait{0};  ///< of not_sent: at least, where it is tried anew
    std::optional<Error> error = {};
    Effects effects = {};  ///< run in the transaction that notes the outcome, once
};

/// `return done([=](db::Tx& tx) { ... });`: with its effects or not at all.
Outcome done(Effects effects = {});
/// Done, and something is to be said of it.
Outcome done_but(std::string code, std::string reason);
Outcome skipped(std::string code, std::string reason, Effects effects = {});
Outcome unknown(std::string code, std::string reason);
/// After sending(): it did not arrive, whatever was begun. Without an error it is tried anew.
Outcome not_sent(std::optional<Error> error = {}, Effects effects = {});
Outcome snoozed(std::chrono::milliseconds wait);

/// One item while a handler works on it.
class Work {
  public:
    Work(db::Db& db, const std::string& epoch, Claimed claimed)
        : db_(db), epoch_(epoch), claimed_(std::move(claimed)) {}

    const JobId& job() const { return claimed_.job; }
    std::int64_t number() const { return claimed_.number; }
    const std::string& name() const { return claimed_.name; }
    const StudyId& study() const { return claimed_.study; }
    const SiteId& site() const { return claimed_.site; }
    std::int64_t attempt() const { return claimed_.attempts; }  ///< 1, 2, 3 …
    std::int64_t asked() const { return claimed_.asks; }

    /// The same at every attempt: what a receiver tells repetitions by.
    std::string key() const { return claimed_.job.text + "/" + std::to_string(claimed_.number); }

    json::value input() const;
    json::object shared() const;                    ///< the job's input
    std::optional<json::value> checkpoint() const;  ///< what an earlier attempt saved last

    /// Runs `effects` in a transaction unless an earlier attempt did; the name tells the steps of
    /// an item apart.
    /// Errors: those of the effects and the store; conflict/item-lost: stop, it is another's now.
    Result<void> step(std::string_view name, const Effects& effects);

    /// Keeps where the work is, together with `effects`.
    /// Errors: as step().
    Result<void> save(const json::value& checkpoint, const Effects& effects = {});

    /// To be called before what cannot be taken back is sent: if nothing is heard of this attempt
    /// again, the item is unknown and not repeated. Together with `effects`.
    /// Errors: as step().
    Result<void> sending(const Effects& effects = {});

    bool may_be_sent() const { return claimed_.may_be_sent; }
    const Claimed& claimed() const { return claimed_; }

  private:
    Hold hold() const { return {epoch_, claimed_.job, claimed_.number, claimed_.fence}; }

    db::Db& db_;
    const std::string& epoch_;
    Claimed claimed_;
};

/// What an error of a handler means for its item.
enum class Failing : std::uint8_t {
    passing,  ///< trying later may help
    permanent,
};

struct Retry {
    int attempts = 10;  ///< in all; after that a passing failure is final
    std::chrono::milliseconds base{1000};
    std::chrono::milliseconds cap{15 * 60 * 1000};
};

/// unavailable, throttled, timeout and internal errors pass; others do not.
Failing usual_failing(const Error& error);

/// A random time up to the bound that doubles with each attempt: of many that failed together no
/// two come back together.
/// Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015 ("full jitter").
std::chrono::milliseconds pause_after(const Retry& retry, std::int64_t attempt,
                                      std::uint64_t random);

struct Kind {
    std::string name;
    /// Works on one item. Runs in a goroutine of its own whose context ends when the job is
    /// cancelled or the server stops. May be called again for the same item.
    std::function<Result<Outcome>(Work&)> run;
    /// Finds out what became of an item that may have been sent. Without it such items wait until
    /// somebody decides.
    std::function<Result<Outcome>(Work&)> ask = {};
    std::function<Failing(const Error&)> failing = usual_failing;
    Retry retry = {};
    std::int64_t most = 0;          ///< in flight at once, of all servers; 0: no bound
    std::int64_t most_of_site = 0;  ///< the same for each site of each study
    bool may_be_held = true;        ///< false: nobody pauses, slows or cancels its jobs
};

/// What becomes of an item by how its handler ended. Pure.
Verdict judge(const Kind& kind, const Claimed& item, Result<Outcome> ended, std::uint64_t random);

}  // namespace cohort::jobs

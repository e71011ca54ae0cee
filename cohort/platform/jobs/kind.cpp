// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/jobs/kind.h"

#include <algorithm>
#include <utility>

namespace cohort::jobs {

using What = Outcome::What;

Outcome done(Effects effects) {
    return {.what = What::done, .effects = std::move(effects)};
}
Outcome done_but(std::string code, std::string reason) {
    return {.what = What::done, .code = std::move(code), .reason = std::move(reason)};
}
Outcome skipped(std::string code, std::string reason, Effects effects) {
    return {.what = What::skipped,
            .code = std::move(code),
            .reason = std::move(reason),
            .effects = std::move(effects)};
}
Outcome unknown(std::string code, std::string reason) {
    return {.what = What::unknown, .code = std::move(code), .reason = std::move(reason)};
}
Outcome not_sent(std::optional<Error> error, Effects effects) {
    return {.what = What::not_sent, .error = std::move(error), .effects = std::move(effects)};
}
Outcome snoozed(std::chrono::milliseconds wait) {
    return {.what = What::snoozed, .wait = wait};
}

// --- work ---------------------------------------------------------------------------------

// What we wrote ourselves can be read.
static json::value read(const std::string& text) {
    return json::parse(text).value();
}

json::value Work::input() const {
    return read(claimed_.input);
}

json::object Work::shared() const {
    return json::as_object(read(claimed_.shared), "a job's input").value();
}

std::optional<json::value> Work::checkpoint() const {
    if (!claimed_.checkpoint) return std::nullopt;
    return read(*claimed_.checkpoint);
}

Result<void> Work::step(std::string_view name, const Effects& effects) {
    return db_.transact([&](db::Tx& tx) -> Result<void> {
        if (!TRY(begin_step(tx, hold(), name))) return {};
        return effects(tx);
    });
}

Result<void> Work::save(const json::value& checkpoint, const Effects& effects) {
    return db_.transact([&](db::Tx& tx) -> Result<void> {
        TRY(save_checkpoint(tx, hold(), json::to_text(checkpoint)));
        if (effects) TRY(effects(tx));
        return {};
    });
}

Result<void> Work::sending(const Effects& effects) {
    TRY(db_.transact([&](db::Tx& tx) -> Result<void> {
        TRY(mark_sent(tx, hold()));
        if (effects) TRY(effects(tx));
        return {};
    }));
    claimed_.may_be_sent = true;
    return {};
}

// --- verdicts -----------------------------------------------------------------------------

Failing usual_failing(const Error& error) {
    switch (error.kind) {
        case ErrorKind::unavailable:
        case ErrorKind::throttled:
        case ErrorKind::timeout:
        case ErrorKind::internal:
            return Failing::passing;
        default:
            return Failing::permanent;
    }
}

std::chrono::milliseconds pause_after(const Retry& retry, std::int64_t attempt,
                                      std::uint64_t random) {
    const auto doublings = std::clamp<std::int64_t>(attempt - 1, 0, 30);
    const auto most = std::min(retry.cap.count(), retry.base.count() << doublings);
    return std::chrono::milliseconds(random % (static_cast<std::uint64_t>(most) + 1));
}

namespace {

Verdict verdict_of_error(const Kind& kind, const Claimed& item, const Error& error,
                         std::uint64_t random) {
    Verdict verdict{.to = ItemState::failed, .code = error.code, .reason = error.text};
    if (kind.failing(error) == Failing::permanent) return verdict;
    if (item.attempts >= kind.retry.attempts) return verdict;
    verdict.to = ItemState::pending;
    verdict.wait = pause_after(kind.retry, item.attempts, random);
    return verdict;
}

Verdict verdict_of_not_sent(const Kind& kind, const Claimed& item, Outcome outcome,
                            std::uint64_t random) {
    const Error error = outcome.error.value_or(unavailable("not-sent", "It did not arrive."));
    Verdict verdict = verdict_of_error(kind, item, error, random);
    if (verdict.wait) verdict.wait = std::max(*verdict.wait, outcome.wait);
    verdict.effects = std::move(outcome.effects);
    return verdict;
}

// Asking goes on as long as a retry would; then it is a matter for people.
Verdict still_unknown(const Kind& kind, const Claimed& item, std::string code, std::string reason,
                      std::uint64_t random) {
    Verdict verdict{.to = ItemState::unknown, .code = std::move(code), .reason = std::move(reason)};
    if (kind.ask && item.asks < kind.retry.attempts)
        verdict.wait = pause_after(kind.retry, item.asks + 1, random);
    return verdict;
}

}  // namespace

Verdict judge(const Kind& kind, const Claimed& item, Result<Outcome> ended, std::uint64_t random) {
    const bool asked = item.may_be_sent;
    if (!ended) {
        const Error& error = ended.error();
        // A question that fails leaves what it is about as unknown as it was.
        if (asked) return still_unknown(kind, item, error.code, error.text, random);
        return verdict_of_error(kind, item, error, random);
    }
    Outcome& outcome = *ended;
    switch (outcome.what) {
        case What::done:
            return {.to = ItemState::done,
                    .code = std::move(outcome.code),
                    .reason = std::move(outcome.reason),
                    .effects = std::move(outcome.effects)};
        case What::skipped:
            return {.to = ItemState::skipped,
                    .code = std::move(outcome.code),
                    .reason = std::move(outcome.reason),
                    .effects = std::move(outcome.effects)};
        case What::unknown:
            return still_unknown(kind, item, std::move(outcome.code), std::move(outcome.reason),
                                 random);
        case What::not_sent:
            return verdict_of_not_sent(kind, item, std::move(outcome), random);
        case What::snoozed:
            return {.to = asked ? ItemState::unknown : ItemState::pending,
                    .wait = outcome.wait,
                    .counts = asked};
    }
    return {};
}

}  // namespace cohort::jobs

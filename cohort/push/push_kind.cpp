// SPDX-License-Identifier: Apache-2.0
#include "cohort/push/push_kind.h"

#include <memory>
#include <utility>

#include "cohort/audit/audit.h"
#include "cohort/delivery/store.h"
#include "cohort/platform/auth/digest.h"
#include "cohort/push/gates.h"
#include "cohort/push/receivers.h"

namespace cohort::push {

namespace {

using jobs::Outcome;
using jobs::Work;
using What = Said::What;

struct Parts {
    explicit Parts(Pushing pushing) : with(std::move(pushing)) {}

    Pushing with;
    Gates gates;
};

// What an item needs to know before it does anything.
struct Task {
    Delivery delivery;
    Destination to;
};

Result<Task> task_of(const Parts& parts, const Work& work) {
    const json::object input = TRY(json::as_object(work.input(), "an item's input"));
    const DeliveryId id{TRY(json::get_string(input, "delivery"))};
    return parts.with.db.read([&](db::Tx& tx) -> Result<Task> {
        Task task{.delivery = TRY(get(tx, id)), .to = {}};
        const auto receiver = get_receiver(tx, task.delivery.study, task.delivery.site);
        if (!receiver || !receiver->enabled)
            return refused("no-receiver", "The site has no receiver that is enabled.");
        task.to.url = receiver->url;
        task.to.token = TRY(token_of(*receiver, parts.with.key));
        task.to.limit = parts.with.limit;
        return task;
    });
}

audit::Entry entry_of(const Work& work, const Delivery& delivery, const char* action,
                      json::object detail) {
    audit::Entry entry;
    entry.actor = push_kind_name;
    entry.action = action;
    entry.study = delivery.study;
    entry.site = delivery.site;
    entry.target = delivery.submission;
    entry.how = work.job().text;
    entry.detail = std::move(detail);
    return entry;
}

// --- the report ---------------------------------------------------------------------------

Result<void> make(const Parts& parts, Work& work, const Delivery& delivery) {
    delivery::Made made;
    made.body = TRY(parts.with.render(delivery.submission));
    made.made_at = now();
    made.digest = auth::sha256_hex(made.body);
    const audit::Entry entry = entry_of(work, delivery, "report.made", {{"sha256", made.digest}});
    return work.step("report", [&](db::Tx& tx) -> Result<void> {
        // Another job may have made it meanwhile.
        if (TRY(delivery::keep(tx, delivery.submission, made))) TRY(audit::append(tx, entry));
        return {};
    });
}

// As it was kept; made where it is not.
Result<delivery::Made> report_of(const Parts& parts, Work& work, const Delivery& delivery) {
    const auto kept = [&] {
        return parts.with.db.read(
            [&](db::Tx& tx) { return delivery::get(tx, delivery.submission); });
    };
    auto found = kept();
    if (found || found.error().kind != ErrorKind::not_found) return found;
    TRY(make(parts, work, delivery));
    return kept();  // another may have been quicker, and what was kept first was issued
}

// --- what becomes of it -------------------------------------------------------------------

jobs::Effects noting(const Delivery& delivery, Standing state, const std::string& reply) {
    return [id = delivery.id, state, reply](db::Tx& tx) { return note(tx, id, state, reply); };
}

Outcome acknowledged(const Work& work, const Delivery& delivery, const std::string& digest,
                     const std::string& receipt) {
    const audit::Entry entry = entry_of(work, delivery, "report.delivered",
                                        {{"delivery", delivery.id.text}, {"sha256", digest}});
    return jobs::done([noted = noting(delivery, Standing::acknowledged, receipt),
                       entry](db::Tx& tx) -> Result<void> {
        TRY(noted(tx));
        TRY(audit::append(tx, entry));
        return {};
    });
}

Outcome again(const Delivery& delivery, const char* code, const Said& said) {
    Outcome outcome = jobs::not_sent(unavailable(code, said.words),
                                     noting(delivery, Standing::waiting, said.words));
    outcome.wait = said.wait.value_or(std::chrono::seconds(0));
    return outcome;
}

Outcome outcome_of(const Work& work, const Delivery& delivery, const std::string& digest,
                   const Said& said) {
    switch (said.what) {
        case What::acknowledged:
            return acknowledged(work, delivery, digest, said.words);
        case What::refused:
            return jobs::not_sent(refused("receiver-refused", said.words),
                                  noting(delivery, Standing::refused, said.words));
        case What::absent:
            return again(delivery, "not-arrived", said);
        case What::busy:
            return again(delivery, "receiver-busy", said);
        case What::away:
            return again(delivery, "receiver-away", said);
        case What::silent:
            return jobs::unknown("receiver-silent", said.words);
    }
    return {};
}

// Shape: nothing while the receiver is spared.
template <class Call>
Result<std::optional<Said>> through_gate(Parts& parts, const Delivery& delivery, const Call& call) {
    auto pass = parts.gates.enter(delivery.study, delivery.site);
    if (!pass) return std::optional<Said>();
    Said said = TRY(call());
    const bool failed =
        said.what == What::busy || said.what == What::away || said.what == What::silent;
    if (failed)
        pass->failed();
    else
        pass->succeeded();
    return std::optional(std::move(said));
}

// --- the item -----------------------------------------------------------------------------

Result<Outcome> send(Parts& parts, Work& work, const Task& task) {
    const delivery::Made made = TRY(report_of(parts, work, task.delivery));
    const auto said = TRY(through_gate(parts, task.delivery, [&]() -> Result<Said> {
        TRY(work.sending(
            [&](db::Tx& tx) { return note_sending(tx, task.delivery.id, made.digest); }));
        return hand_over(parts.with.calling, task.to, task.delivery.id, made.body, made.digest,
                         work.attempt() > 1);
    }));
    if (!said) return jobs::snoozed(parts.gates.pause());
    return outcome_of(work, task.delivery, made.digest, *said);
}

Result<Outcome> ask_about(Parts& parts, Work& work, const Task& task) {
    const auto said = TRY(through_gate(parts, task.delivery, [&] {
        return ask(parts.with.calling, task.to, task.delivery.id, task.delivery.digest);
    }));
    if (!said) return jobs::snoozed(parts.gates.pause());
    return outcome_of(work, task.delivery, task.delivery.digest, *said);
}

// The delivery's row decides: an item that is driven again, or comes from another night, does not
// send what may have arrived.
Result<Outcome> work_on(Parts& parts, Work& work) {
    const Task task = TRY(task_of(parts, work));
    if (task.delivery.job != work.job())
        return jobs::skipped("taken-over", "A later job has this delivery.");
    if (task.delivery.state == Standing::acknowledged) return jobs::done();
    if (task.delivery.state != Standing::unknown) return send(parts, work, task);
    if (!work.may_be_sent()) TRY(work.sending());
    return ask_about(parts, work, task);
}

}  // namespace

jobs::Kind push_kind(Pushing pushing) {
    const std::int64_t most_of_site = pushing.most_of_site;
    const auto parts = std::make_shared<Parts>(std::move(pushing));
    const auto both = [parts](Work& work) { return work_on(*parts, work); };
    return {.name = push_kind_name, .run = both, .ask = both, .most_of_site = most_of_site};
}

}  // namespace cohort::push

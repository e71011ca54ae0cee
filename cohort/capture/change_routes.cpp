// SPDX-License-Identifier: Apache-2.0
// Tells a page that shows a study what to read again. What has changed is told by the numbers of
// the audit: they are the same for every server on the store, and last over a restart.
#include <charconv>
#include <memory>

#include "cohort/audit/changes.h"
#include "cohort/capture/routes.h"
#include "cohort/identity/grants.h"
#include "cohort/platform/resilience/cache.h"

namespace cohort::capture {

using http::Event;
using http::EventSink;
using http::Reply;

namespace {

constexpr std::chrono::milliseconds look_every{500};
constexpr std::int64_t batch = 500;
// Who was away for longer reads everything again sooner than so many changes.
constexpr std::int64_t told_later_max = 5000;

// The last number of each study that somebody listens to, asked of the store once for all of them.
using LastNumbers = resilience::Cache<std::string, std::int64_t>;

struct Listener {
    StudyId study;
    UserId user;
    std::int64_t heard = 0;
};

// Several records of one save are one change of its form.
std::vector<audit::Change> one_each(std::vector<audit::Change> changes) {
    std::vector<audit::Change> kept;
    for (audit::Change& change : changes) {
        if (change.subject.empty()) continue;
        const bool again = !kept.empty() && kept.back().subject == change.subject &&
                           kept.back().form == change.form;
        if (again)
            kept.back() = std::move(change);
        else
            kept.push_back(std::move(change));
    }
    return kept;
}

Event event_of(const audit::Change& change) {
    json::object data{{"subject", change.subject.text}, {"action", change.action}};
    if (!change.form.empty()) data["form"] = change.form.text;
    return {.id = std::to_string(change.number), .name = "changed", .data = json::to_text(data)};
}

// "Read it all, then listen": what happened before this number is told by nobody.
Event ready(std::int64_t number) {
    return {.id = std::to_string(number), .name = "ready", .data = "{}"};
}

// What the listener has not heard yet, at the sites it may see at this moment.
// Shape: whether there was anything.
Result<bool> tell(App& app, Listener& listener, EventSink& sink) {
    std::vector<audit::Change> changes;
    identity::SiteFilter visible;
    TRY(app.db.read([&](db::Tx& tx) -> Result<void> {
        const Instant at = now();
        const auto rights = TRY(identity::rights_of(tx, listener.user, at));
        visible = identity::sites_of(rights, http::Permission::subject_view, listener.study, at);
        changes = TRY(audit::changes_after(tx, listener.study, listener.heard, batch));
        return {};
    }));
    if (changes.empty()) return false;
    listener.heard = changes.back().number;
    std::erase_if(changes, [&](const audit::Change& c) { return !visible.covers(c.site); });
    for (const audit::Change& change : one_each(std::move(changes)))
        TRY(sink.send(event_of(change)));
    return true;
}

Result<std::int64_t> last_number(App& app, LastNumbers& last, const StudyId& study) {
    return last.get(study.text, [&] {
        return app.db.read([&](db::Tx& tx) { return audit::last_number(tx, study); });
    });
}

Result<void> listen(App& app, LastNumbers& last, Listener& listener, EventSink& sink) {
    const std::int64_t at_first = TRY(last_number(app, last, listener.study));
    const bool is_far = at_first - listener.heard > told_later_max;
    // A number that is not there yet is of a store that was restored since.
    if (listener.heard <= 0 || is_far || listener.heard > at_first) {
        listener.heard = at_first;
        TRY(sink.send(ready(at_first)));
    }
    for (;;) {
        while (TRY(last_number(app, last, listener.study)) > listener.heard)
            if (!TRY(tell(app, listener, sink))) break;
        TRY(sink.pause(look_every));
    }
}

std::int64_t last_heard(const http::Request& request) {
    const std::string_view text = request.header("last-event-id").value_or("");
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_number = error == std::errc{} && end == text.data() + text.size();
    return is_number ? number : 0;
}

Result<http::Scope> scope_of_study(http::Request& request) {
    return http::Scope{.study = TRY(request.id_param<StudyId>("study")), .site = {}};
}

}  // namespace

void change_routes(http::Router& router, App& app) {
    auto last = std::make_shared<LastNumbers>(resilience::CacheOptions{.kept = look_every});
    router.add(
        http::Method::get, "/api/v1/studies/{study}/changes",
        http::Access::needs(http::Permission::subject_view, scope_of_study),
        [&app, last](http::Request& request) -> Result<Reply> {
            Listener listener{.study = TRY(request.id_param<StudyId>("study")),
                              .user = request.principal().user,
                              .heard = last_heard(request)};
            return Reply::stream([&app, last, listener](EventSink& sink) mutable {
                return listen(app, *last, listener, sink);
            });
        },
        {.name = "hearChanges",
         .summary = "Tells, as server-sent events, which subjects and forms have changed",
         .good = {{200, "What changes, from now on", http::Content::of("text/event-stream")}}});
}

}  // namespace cohort::capture

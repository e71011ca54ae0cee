// SPDX-License-Identifier: Apache-2.0
#include "cohort/delivery/report_kind.h"

#include <memory>
#include <utility>

#include "weft/blocking.h"
#include "weft/context.h"
#include "weft/time.h"

#include "cohort/audit/audit.h"
#include "cohort/delivery/store.h"
#include "cohort/platform/auth/digest.h"

namespace cohort::delivery {

namespace {

// Mail servers count connections; and with more of them a nightly run would not be quicker.
constexpr std::int64_t at_once = 16;

struct Parts {
    db::Db& db;
    OpenFonts fonts;
    std::optional<mail::Sending> sending;
    Load load;
};

/// What an item is about.
struct Subject {
    std::string submission;
    SiteId site;
};

Result<Subject> subject_of(const jobs::Work& work) {
    const json::object input = TRY(json::as_object(work.input(), "an item's input"));
    return Subject{TRY(json::get_string(input, "submission")),
                   SiteId{TRY(json::get_string(input, "site"))}};
}

// The same for each attempt of an item, and of no other mail.
std::string message_id(const jobs::Work& work, const std::string& from) {
    return "report." + work.job().text + "." + std::to_string(work.number()) +
           from.substr(from.find('@'));
}

mail::Mail mail_of(const jobs::Work& work, const Loaded& loaded, const std::string& from) {
    const bool chinese = loaded.report.language == report::Language::chinese;
    mail::Mail mail;
    mail.from = from;
    mail.to = loaded.doctor;
    mail.id = message_id(work, from);
    mail.date = loaded.report.submitted;
    // A mail passes through many hands: it names neither the patient nor a result.
    mail.subject = chinese ? "有一份新的问卷报告" : "A new questionnaire report";
    mail.text = (chinese ? "研究中有一份新的问卷报告，请登录后查看：\n\n"
                         : "There is a new report of a questionnaire. Sign in to read it:\n\n") +
                loaded.link + "\n";
    return mail;
}

audit::Entry entry_of(const jobs::Work& work, const char* action, const Subject& subject,
                      json::object detail) {
    audit::Entry entry;
    entry.actor = report_kind_name;
    entry.action = action;
    entry.study = work.study();
    entry.site = subject.site;
    entry.target = subject.submission;
    entry.how = work.job().text;
    entry.detail = std::move(detail);
    return entry;
}

// Once: at a later attempt it is there.
Result<void> make(const Parts& parts, jobs::Work& work, const Subject& subject,
                  const report::Report& report) {
    const pdf::Fonts fonts = TRY(parts.fonts());
    Made made;
    made.body = TRY(weft::blocking("make a report", [&] { return report::render(fonts, report); }));
    made.made_at = now();
    made.digest = auth::sha256_hex(made.body);
    const audit::Entry entry = entry_of(work, "report.made", subject, {{"sha256", made.digest}});
    return work.step("report", [&](db::Tx& tx) -> Result<void> {
        // Another job may have made it meanwhile.
        if (TRY(keep(tx, subject.submission, made))) TRY(audit::append(tx, entry));
        return {};
    });
}

Result<jobs::Outcome> hand_over(const Parts& parts, const mail::Server& server, jobs::Work& work,
                                const Subject& subject, const mail::Mail& mail) {
    TRY(mail::compose(mail));  // what cannot be written is found before anything may have been sent
    TRY(work.sending());
    const auto handed = mail::send(server, mail);
    if (!handed) return jobs::not_sent(handed.error());
    const Attempt attempt{.message_id = mail.id,
                          .fate = std::string(to_string(handed->fate)),
                          .reply = handed->reason,
                          .at = now()};
    // It outlives the work: the engine stores what is done when this has returned.
    const auto noted = [submission = subject.submission, attempt,
                        entry = entry_of(work, "report.mailed", subject,
                                         {{"fate", attempt.fate}, {"message_id", mail.id}})](
                           db::Tx& tx) -> Result<void> {
        TRY(note(tx, submission, attempt));
        TRY(audit::append(tx, entry));
        return {};
    };
    if (handed->fate == mail::Fate::sent) return jobs::done(noted);
    // What became of it decides, whether or not it could be noted, and whoever is leaving.
    (void)weft::shield([&] { return parts.db.transact(noted); });
    switch (handed->fate) {
        case mail::Fate::refused:
            return jobs::not_sent(refused("mail-refused", handed->reason));
        case mail::Fate::try_later:
            return jobs::not_sent(unavailable("mail-not-taken", handed->reason));
        default:
            return jobs::unknown("mail-unknown", handed->reason);
    }
}

Result<jobs::Outcome> run(const Parts& parts, jobs::Work& work) {
    const Subject subject = TRY(subject_of(work));
    const Loaded loaded = TRY(parts.load(subject.submission));
    const bool is_made = TRY(parts.db.read(
        [&](db::Tx& tx) { return jobs::has_effect(tx, work.job(), work.number(), "report"); }));
    if (!is_made) TRY(make(parts, work, subject, loaded.report));
    if (!parts.sending)
        return jobs::done_but("no-mail-server", "Nobody was told: no mail server is set.");
    if (loaded.doctor.empty())
        return jobs::done_but("no-doctor", "Nobody was told: the site has no address for reports.");
    const mail::Sending& sending = *parts.sending;
    return hand_over(parts, sending.server, work, subject, mail_of(work, loaded, sending.from));
}

}  // namespace

Result<JobId> want_report(db::Tx& tx, const Wanted& wanted) {
    const std::string day = to_string(date_of(now()));
    return jobs::gather(tx, {.kind = report_kind_name,
                             .study = wanted.study,
                             .unique = wanted.study.text + "/" + day,
                             .input = json::object{{"day", day}},
                             .created_by = "reports",
                             .items = {{.name = wanted.name,
                                        .input = json::object{{"submission", wanted.submission},
                                                              {"site", wanted.site.text}}}}});
}

void keep_sealing(db::Db& db) {
    for (;;) {
        (void)db.transact([](db::Tx& tx) {
            constexpr std::int64_t day_ms = 24 * 60 * 60 * 1000;
            return jobs::seal_before(tx, report_kind_name, {to_days(date_of(now())) * day_ms});
        });
        weft::sleep(std::chrono::minutes(10));
    }
}

jobs::Kind report_kind(db::Db& db, OpenFonts fonts, std::optional<mail::Sending> sending,
                       Load load) {
    const auto parts = std::make_shared<const Parts>(
        Parts{db, std::move(fonts), std::move(sending), std::move(load)});
    return {.name = report_kind_name,
            .run = [parts](jobs::Work& work) { return run(*parts, work); },
            .most = at_once};
}

}  // namespace cohort::delivery

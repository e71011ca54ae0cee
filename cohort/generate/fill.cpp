// SPDX-License-Identifier: Apache-2.0
#include "cohort/generate/fill.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "weft/ensure.h"

#include "cohort/capture/capture.h"
#include "cohort/generate/actor.h"
#include "cohort/generate/diary.h"
#include "cohort/generate/made_up.h"
#include "cohort/identity/users.h"
#include "cohort/platform/auth/digest.h"
#include "cohort/push/receivers.h"
#include "cohort/sites/sites.h"
#include "cohort/study/store.h"

namespace cohort::generate {

namespace {

/// What is the same for all sites.
struct Trial {
    OrganisationId organisation;
    MetadataVersionId version;
    std::shared_ptr<const study::Definition> definition;
    PlanId plan;
    epro::Version diary;
};

Result<Trial> prepare(db::Tx& tx, const Wish& wish) {
    const auto organisations = TRY(identity::organisations(tx));
    if (organisations.empty())
        return not_found("organisation", "There is no organisation that sites could belong to.");
    Trial trial{.organisation = organisations.front().id,
                .version = TRY(study::latest_version(tx, wish.study)),
                .definition = {},
                .plan = TRY(have_diary(tx, wish.study, maker())),
                .diary = {}};
    trial.definition = TRY(study::definition(tx, trial.version));
    const std::string url = TRY(epro::get_plan(tx, trial.plan)).what.url;
    const auto diary = TRY(epro::version_in_force(tx, wish.study, url));
    ENSURE(diary, "what is planned is published");
    trial.diary = *diary;
    return trial;
}

// "S03": so many numbers that none of the study's sites has or had.
std::vector<std::string> new_numbers(const std::vector<sites::Site>& taken, int count) {
    std::vector<std::string> numbers;
    for (int next = 1; static_cast<int>(numbers.size()) < count; ++next) {
        const std::string number = (next < 10 ? "S0" : "S") + std::to_string(next);
        if (std::ranges::find(taken, number, &sites::Site::oid) == taken.end())
            numbers.push_back(number);
    }
    return numbers;
}

// Of the sites that take part in the study, and of those that are to.
Result<std::vector<std::string>> numbers_of(db::Tx& tx, const Wish& wish) {
    std::vector<std::string> numbers;
    for (const sites::Site& site : TRY(sites::active_of_study(tx, wish.study)))
        numbers.push_back(site.oid);
    const int missing = wish.sites - static_cast<int>(numbers.size());
    for (std::string& number : new_numbers(TRY(sites::of_study(tx, wish.study)), missing))
        numbers.push_back(std::move(number));
    return numbers;
}

/// Answers that are ready to be stored.
struct Answers {
    epro::Sent sent;
    epro::Examined examined;
};

struct NewSubject {
    MadeSubject made;
    std::vector<Answers> answers;
};

Result<Answers> examined(epro::ReadyForms& forms, const Trial& trial, const MadeDiary& diary) {
    auto read = TRY(questionnaire::read_response(diary.answers, questionnaire::Format::json));
    ENSURE(read.response, "a made-up diary can be read");
    Answers answers{.sent = {.subject = {},
                             .plan = trial.plan,
                             .number = diary.week,
                             .received_at = diary.received_at,
                             .digest = auth::sha256_hex(diary.answers),
                             .response = std::move(*read.response)},
                    .examined = {}};
    answers.examined = TRY(epro::examine(forms, trial.diary, answers.sent.response));
    ENSURE(answers.examined.errors.empty(), "a made-up diary fits its questions");
    return answers;
}

/// One site on its way into the store.
class Filling {
  public:
    Filling(const Trial& trial, const Wish& wish, const epro::FollowUps& follow_ups)
        : trial_(trial), wish_(wish), follow_ups_(follow_ups) {}

    // As the unit of work may be run again, it counts anew.
    Result<Filled> store(db::Tx& tx, const SiteId& site, const std::vector<NewSubject>& all) {
        filled_ = {};
        filled_.sites = 1;
        for (const NewSubject& one : all) TRY(add(tx, site, one));
        return filled_;
    }

  private:
    Result<void> add(db::Tx& tx, const SiteId& site, const NewSubject& wanted) {
        const subjects::Subject subject =
            TRY(subjects::create(tx,
                                 {.study = wish_.study,
                                  .site = site,
                                  .key = {},
                                  .enrolled_on = wanted.made.enrolled_on,
                                  .extra = {}},
                                 maker()));
        ++filled_.subjects;
        for (const MadeForm& form : wanted.made.forms) TRY(enter(tx, subject.id, form));
        for (const Answers& answers : wanted.answers) TRY(take(tx, subject.id, answers));
        return {};
    }

    Result<void> enter(db::Tx& tx, const SubjectId& subject, const MadeForm& made) {
        const capture::Request request{*trial_.definition, maker(), {}};
        capture::Refusal refusal;
        const capture::FormPlace place{.subject = subject, .event = made.event, .form = made.form};
        const auto opened = TRY(capture::open(tx, place, trial_.version, request));
        if (!opened.created) return {};  // the definition has it twice at this visit
        const capture::Form form =
            TRY(capture::save(tx, opened.form.id, made.entries.patch, request, refusal));
        const bool is_ready = capture::blockers(*trial_.definition, made.form, form.document,
                                                made.entries.acknowledged)
                                  .empty();
        if (made.is_left_open || !is_ready) {
            ++filled_.open_forms;
            return {};
        }
        TRY(capture::complete(tx, form.id, form.version, made.entries.acknowledged, request,
                              refusal));
        ++filled_.complete_forms;
        return {};
    }

    Result<void> take(db::Tx& tx, const SubjectId& subject, const Answers& answers) {
        epro::Sent sent = answers.sent;
        sent.subject = subject;
        const auto admitted = TRY(epro::admit(tx, sent));
        TRY(epro::take(tx, sent, admitted, answers.examined, follow_ups_, maker()));
        ++filled_.submissions;
        filled_.alerts += static_cast<std::int64_t>(answers.examined.judged.alerts.size());
        return {};
    }

    const Trial& trial_;
    const Wish& wish_;
    const epro::FollowUps& follow_ups_;
    Filled filled_;
};

Result<SiteId> have_site(db::Tx& tx, const Trial& trial, const Wish& wish,
                         const std::string& number, Chance& chance) {
    if (const auto there = TRY(sites::find_in_study(tx, wish.study, number))) return there->id;
    auto site = TRY(sites::find(tx, trial.organisation, number));
    if (!site) {
        const MadeSite made = make_up_site(chance);
        site = TRY(
            sites::create(tx, {trial.organisation, number, made.name, made.time_zone}, maker()));
    }
    TRY(sites::activate(tx, wish.study, site->id, maker()));
    return site->id;
}

Result<void> have_receiver(db::Tx& tx, const Wish& wish, const SiteId& site,
                           const std::string& number, const auth::SealingKey& key) {
    if (wish.receiver.empty()) return {};
    const std::string url = wish.receiver + "/" + number;
    for (const push::Receiver& one : TRY(push::receivers_of(tx, wish.study)))
        if (one.site == site && one.url == url) return {};
    TRY(push::set_receiver(tx,
                           {.study = wish.study, .site = site, .url = url, .token = receiver_token},
                           key, maker()));
    return {};
}

Result<bool> is_empty(db::Tx& tx, const StudyId& study, const SiteId& site) {
    return TRY(subjects::count(
               tx, {.study = study, .sites = {.all = true}, .site = site, .search = {}})) == 0;
}

void add(Filled& all, const Filled& one) {
    all.sites += one.sites;
    all.subjects += one.subjects;
    all.complete_forms += one.complete_forms;
    all.open_forms += one.open_forms;
    all.submissions += one.submissions;
    all.alerts += one.alerts;
}

}  // namespace

Result<Filled> fill(db::Db& db, const Wish& wish, const epro::FollowUps& follow_ups,
                    const auth::SealingKey& key) {
    const Trial trial = TRY(db.transact([&](db::Tx& tx) { return prepare(tx, wish); }));
    const auto numbers = TRY(db.read([&](db::Tx& tx) { return numbers_of(tx, wish); }));

    epro::ReadyForms forms(db);
    Filled filled;
    for (const std::string& number : numbers) {
        std::vector<NewSubject> people;
        for (int i = 0; i < wish.subjects; ++i) {
            Chance chance(wish.seed, number + "/" + std::to_string(i));
            NewSubject one{.made = make_up_subject(*trial.definition, wish.today, chance),
                           .answers = {}};
            for (const MadeDiary& diary : one.made.diaries)
                one.answers.push_back(TRY(examined(forms, trial, diary)));
            people.push_back(std::move(one));
        }
        Filling filling(trial, wish, follow_ups);
        add(filled, TRY(db.transact([&](db::Tx& tx) -> Result<Filled> {
                Chance chance(wish.seed, number);
                const SiteId site = TRY(have_site(tx, trial, wish, number, chance));
                TRY(have_receiver(tx, wish, site, number, key));
                if (!TRY(is_empty(tx, wish.study, site))) return Filled{};
                return filling.store(tx, site, people);
            })));
    }
    return filled;
}

}  // namespace cohort::generate

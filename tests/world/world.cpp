// SPDX-License-Identifier: Apache-2.0
#include "tests/world/world.h"

#include <algorithm>
#include <utility>

#include "weft/context.h"
#include "weft/ensure.h"
#include "weft/run.h"

#include "cohort/analysis/job.h"
#include "cohort/analysis/routes.h"
#include "cohort/audit/sealer.h"
#include "cohort/audit/verify.h"
#include "cohort/capture/routes.h"
#include "cohort/capture/test_study.h"
#include "cohort/delivery/report_kind.h"
#include "cohort/epro/routes.h"
#include "cohort/escalation/escalation.h"
#include "cohort/identity/grants.h"
#include "cohort/identity/identity.h"
#include "cohort/identity/routes.h"
#include "cohort/identity/users.h"
#include "cohort/interop/export_job.h"
#include "cohort/interop/routes.h"
#include "cohort/platform/auth/seal.h"
#include "cohort/platform/events/bus.h"
#include "cohort/platform/http/api.h"
#include "cohort/platform/http/dispatcher.h"
#include "cohort/platform/http/target.h"
#include "cohort/platform/jobs/engine.h"
#include "cohort/platform/pdf/fonts.h"
#include "cohort/push/follow_up.h"
#include "cohort/push/push_start.h"
#include "cohort/push/routes.h"
#include "cohort/reporting/follow_up.h"
#include "cohort/reporting/load.h"
#include "cohort/reporting/routes.h"
#include "cohort/sites/sites.h"
#include "cohort/steering/routes.h"
#include "cohort/steering/schedules.h"
#include "cohort/study/store.h"
#include "cohort/subjects/routes.h"
#include "tests/world/people.h"

namespace tests {

using namespace cohort;

namespace {

// Hashing with the real cost takes a tenth of a second.
constexpr auth::HashCost cheap{.memory_bytes = 8192, .passes = 1};

// What a test cannot do without, or the reason why it is not there.
template <class T>
T must(Result<T> result) {
    ENSURE(result.ok(), result.error().text.c_str());
    return std::move(result).value();
}

class Body final : public http::BodySource {
  public:
    Body(std::string text, const std::function<void()>& on_wait)
        : text_(std::move(text)), on_wait_(on_wait) {}
    Result<std::string> read(std::size_t limit) override {
        if (on_wait_) on_wait_();
        if (text_.size() > limit) return invalid("body-too-large", "too large");
        return std::exchange(text_, {});
    }

  private:
    std::string text_;
    const std::function<void()>& on_wait_;
};

// The real store behind a door at which its callers can be seen waiting. Where asked, each unit is
// run once in vain first, as PostgreSQL does when another was in its way: nobody must notice.
class Door final : public db::Backend {
  public:
    Door(std::unique_ptr<db::Db> db, const std::function<void()>& on_wait, bool again)
        : db_(std::move(db)), on_wait_(on_wait), again_(again) {}

    Result<void> write(Unit unit) override {
        if (on_wait_) on_wait_();
        if (again_) {
            const auto vain = db_->transact([&](db::Tx& tx) -> Result<void> {
                TRY(unit.call(unit.object, tx));
                return unavailable("in-vain", "run it again");
            });
            if (vain.error().code != "in-vain") return vain;
        }
        auto outcome = db_->transact([&](db::Tx& tx) { return unit.call(unit.object, tx); });
        if (on_wait_) weft::shield([&] { on_wait_(); });
        return outcome;
    }
    Result<void> read(Unit unit) override {
        if (on_wait_) on_wait_();
        return db_->read([&](db::Tx& tx) { return unit.call(unit.object, tx); });
    }
    Result<void> check() override { return db_->check(); }
    db::Stats stats() const override { return db_->stats(); }
    weft::Duration longest_wait() override { return db_->longest_wait(); }
    void close() override { db_->close(); }

  private:
    std::unique_ptr<db::Db> db_;
    const std::function<void()>& on_wait_;
    const bool again_;
};

// A caller who never hangs up.
class Patient final : public http::Stream {
  public:
    Result<std::size_t> read_some(std::span<char>, weft::TimePoint) override {
        return std::size_t{0};
    }
    Result<void> write_all(std::string_view, weft::TimePoint) override { return {}; }
    bool peer_gone() noexcept override { return false; }
    bool has_input() noexcept override { return false; }
    void stop_reading() noexcept override {}
    void finish_writing() noexcept override {}
};

}  // namespace

study::StudyMetadata test_study(const std::string& oid) {
    study::StudyMetadata study;
    study.oid = oid;
    study.global_variables =
        study::GlobalVariables{.study_name = study::TextElement{.text = "one"}};
    study.basic_definitions = study::BasicDefinitions{.units = capture::test_units()};
    study.versions = {capture::test_version()};
    return study;
}

Result<std::string> add_person(db::Tx& tx, const OrganisationId& organisation,
                               const std::string& login, const identity::Holding& holding) {
    const identity::Actor actor = identity::command_line();
    const auto user = TRY(identity::create_user(tx,
                                                {.organisation = organisation,
                                                 .login = login,
                                                 .name = "Name of " + login,
                                                 .password_hash = "none"},
                                                actor));
    TRY(identity::give_role(tx, user.id, holding, actor));
    return TRY(identity::open_session(tx, user.id, {})).token;
}

static Result<Ground> lay_ground_in(db::Tx& tx) {
    const identity::Actor actor = identity::command_line();
    Ground ground;
    const auto hospital = TRY(identity::create_organisation(tx, "Hospital", actor)).id;
    ground.site_a = TRY(sites::create(tx, {hospital, "A", "Site A", "Asia/Shanghai"}, actor)).id;
    ground.site_b = TRY(sites::create(tx, {hospital, "B", "Site B", "Europe/Berlin"}, actor)).id;
    ground.study = TRY(study::store(tx, test_study("ST.1"), {}, {}));
    ground.version = TRY(study::latest_version(tx, ground.study));
    TRY(sites::activate(tx, ground.study, ground.site_a, actor));
    TRY(sites::activate(tx, ground.study, ground.site_b, actor));
    using identity::Role;
    const std::pair<const char*, identity::Holding> people[] = {
        {"ann", {.role = Role::coordinator, .study = ground.study, .site = ground.site_a}},
        {"amy", {.role = Role::coordinator, .study = ground.study, .site = ground.site_a}},
        {"bob", {.role = Role::coordinator, .study = ground.study, .site = ground.site_b}},
        {"monitor", {.role = Role::monitor, .study = ground.study}},
        {"builder", {.role = Role::data_manager}},
        {"editor", {.role = Role::editor}},
        {"engineer", {.role = Role::engineer}},
    };
    for (const auto& [login, holding] : people)
        ground.tokens[login] = TRY(add_person(tx, hospital, login, holding));
    return ground;
}

Ground lay_ground(db::Db& db) {
    return must(db.transact([](db::Tx& tx) { return lay_ground_in(tx); }));
}

void make_room_for_a_million(db::Db& db, const Ground& ground) {
    must(db.transact([&](db::Tx& tx) {
        return subjects::set_number_pattern(tx, ground.study, ground.site_a, "A-######",
                                            identity::command_line());
    }));
}

http::Pairs headers_of(const std::string& token) {
    return {{"cookie", std::string(identity::session_cookie) + "=" + token},
            {"x-csrf-token", identity::csrf_of(token)}};
}

std::string Answer::header(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (key == name) return value;
    return {};
}

std::string Answer::at(std::string_view pointer) const {
    const json::value* found = &body;
    while (!pointer.empty()) {
        pointer.remove_prefix(1);
        const std::size_t end = std::min(pointer.find('/'), pointer.size());
        const std::string part(pointer.substr(0, end));
        pointer.remove_prefix(end);
        if (found->is_object())
            found = found->get_object().if_contains(part);
        else if (found->is_array())
            found = found->get_array().if_contains(std::stoul(part));
        else
            found = nullptr;
        if (found == nullptr) return {};
    }
    return found->is_string() ? std::string(found->get_string()) : json::to_text(*found);
}

std::string Answer::outcome() const {
    const std::string code = status < 400 ? "" : at("/code");
    return std::to_string(status) + (code.empty() ? "" : " " + code);
}

static std::vector<steering::ScheduledKind> scheduled_kinds() {
    return {interop::export_schedule(), analysis::analysis_schedule(), push::push_schedule()};
}

struct World::Server {
    Server(const db::Options& store, const std::function<void()>& on_wait, bool again)
        : db(std::make_unique<db::Db>(std::make_unique<Door>(open_store(store), on_wait, again))),
          config(must(config::Config::load({}))) {}

    std::unique_ptr<db::Db> db;
    config::Config config;
    http::Metrics metrics;
    log::Logger log{[](std::string_view) {}};
    App app{.db = *db, .config = config, .log = log, .metrics = metrics, .started = now()};
    auth::PasswordHasher hasher{auth::PasswordHasher::Options{.cost = cheap}};
    identity::Identity identity{*db, hasher};
    epro::Patients patients{*db, {}};
    jobs::Engine engine{*db, {}};
    auth::SealingKey key = auth::SealingKey::derived(auth::SigningKey::generate(), "tokens");
    http::Router router;
    std::unique_ptr<http::Dispatcher> dispatcher;
};

static db::Options embedded_store(const std::string& folder) {
    db::Options options;
    options.folder = folder;
    options.readers = 2;
    return options;
}

World::World() : World(embedded_store, false) {}

World::World(OnChosenStore) : World(store_of, true) {}

World::World(const std::function<db::Options(const std::string&)>& store_in, bool units_again)
    : server_(std::make_unique<Server>(store_in(folder_.path()), on_wait, units_again)) {
    ground_ = lay_ground(*server_->db);
    server_->engine.add(escalation::escalation_kind(*server_->db));
    identity::session_routes(server_->router, server_->identity);
    subjects::routes(server_->router, server_->app);
    capture::routes(server_->router, server_->app);
    interop::routes(server_->router, server_->app);
    interop::export_routes(server_->router, server_->app, server_->engine);
    analysis::routes(server_->router, server_->app, server_->engine);
    steering::schedule_routes(server_->router, server_->app, scheduled_kinds());
    steering::routes(server_->router, server_->app, server_->engine);
    epro::routes(server_->router, server_->app, server_->patients,
                 {reporting::follow_up(), push::follow_up(), escalation::follow_up()});
    reporting::routes(server_->router, server_->app);
    push::routes(server_->router, server_->app, server_->key, server_->engine);
    server_->dispatcher = std::make_unique<http::Dispatcher>(
        server_->router, server_->patients.authoriser(server_->identity.authoriser()),
        server_->metrics, server_->log, http::Bounds{.requests_max = 10'000});
}

World::~World() = default;

std::string World::audit_findings() {
    const auth::SigningKey key = auth::SigningKey::generate();
    must(audit::Sealer(db(), key, "test").seal_all());
    const audit::Verdict verdict = must(audit::verify(db(), {key.verify_key()}));
    std::string findings = verdict.unsealed == 0 ? "" : "some records are not sealed; ";
    for (const audit::Finding& finding : verdict.findings) findings += finding.what + "; ";
    return findings;
}

void World::make_schedules_due() {
    must(db().transact([](db::Tx& tx) {
        return tx.run(
            "UPDATE job_schedule SET next_due = store_now() - 60000 WHERE next_due IS NOT NULL");
    }));
}

void World::fire_schedules() {
    must(jobs::fire(db(), steering::starter_of(scheduled_kinds())));
}

void World::work_off_jobs() {
    static const auto fonts = pdf::fonts_when_needed();
    events::Bus bus(db(), {.alone = true});  // what has happened becomes jobs
    bus.add(reporting::subscriber());
    bus.run_until_idle();
    jobs::Engine engine(db(), {});
    engine.add(interop::export_kind(db()));
    engine.add(delivery::report_kind(db(), fonts, {}, reporting::loader(db(), "")));
    engine.add(analysis::analysis_kind(db()));
    engine.add(escalation::escalation_kind(db()));
    engine.run_until_idle();
}

db::Db& World::db() {
    return *server_->db;
}
App& World::app() {
    return server_->app;
}

// Every answer that any scenario gets is one that the API's description says.
static void check_described(const http::Router& router, std::string_view method,
                            std::string_view target, const http::Reply& reply) {
    http::Pairs params;
    const auto known = http::parse_method(method);
    const auto path = http::parse_target(target);
    if (!known || !path) return;
    const http::Route* route = router.match(*known, path->path, params).route;
    if (route == nullptr) return;
    const std::string wrong = http::undescribed(*route, reply);
    ENSURE(wrong.empty(), (std::string(method) + " " + route->pattern + " " + wrong).c_str());
}

Answer World::ask(std::string_view who, std::string_view method, const std::string& target,
                  const std::string& body, const http::Pairs& headers) {
    http::Head head;
    head.method = method;
    head.target = target;
    head.headers = headers;
    if (!body.empty()) {
        const bool typed = std::any_of(headers.begin(), headers.end(),
                                       [](const auto& h) { return h.first == "content-type"; });
        if (!typed) head.headers.emplace_back("content-type", "application/json");
        head.has_body = true;
        head.content_length = body.size();
    }
    if (!who.empty()) {
        for (auto& header : headers_of(ground_.tokens.find(who)->second))
            head.headers.push_back(std::move(header));
    }
    Body source(body, on_wait);
    Patient stream;
    http::Answer answer = server_->dispatcher->answer(head, source, stream, "192.0.2.1");
    check_described(server_->router, method, target, answer.reply);
    std::string text{answer.reply.content()};
    auto parsed = json::parse(text);
    return {.status = answer.reply.status,
            .body = parsed ? std::move(*parsed) : json::value(),
            .text = std::move(text),
            .headers = std::move(answer.reply.headers)};
}

void World::set_password(const std::string& login, const std::string& password) {
    const auto hash = must(server_->hasher.hash(auth::Secret(password)));
    must(server_->db->transact([&](db::Tx& tx) -> Result<void> {
        TRY(tx.run("UPDATE user_account SET password_hash = ? WHERE login = ?", hash, login));
        return {};
    }));
}

std::string World::subject() {
    const Answer answer = ask("ann", "POST", "/api/v1/studies/" + ground_.study.text + "/subjects",
                              R"({"site":")" + ground_.site_a.text + R"("})");
    ENSURE(answer.status == 201, "a subject can be added");
    return answer.at("/id");
}

std::string World::form() {
    const Answer answer = ask("ann", "POST", "/api/v1/subjects/" + subject() + "/forms",
                              R"({"event":"V","form":"F"})");
    ENSURE(answer.status == 201, "a form can be opened");
    return answer.at("/id");
}

std::int64_t World::count(const std::string& what) {
    return must(server_->db->read([&](db::Tx& tx) -> Result<std::int64_t> {
        return TRY(tx.one("SELECT COUNT(*) FROM " + what)).get<std::int64_t>(0);
    }));
}

void in_world(const std::function<void(World&)>& body) {
    const int code = weft::run([&] {
        World world(World::OnChosenStore{});
        body(world);
    });
    ENSURE(code == 0, "a runtime with a world ends well");
}

}  // namespace tests

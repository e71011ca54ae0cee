// SPDX-License-Identifier: Apache-2.0
// Pushes in virtual time, to receivers that do whatever a test wants.
#include <set>

#include "weft/sim.h"

#include "cohort/push/test_push.h"

namespace cohort::push {

using namespace std::chrono_literals;
using calls::Call;
using calls::Called;
using calls::Fate;

namespace {

template <class F>
void in_sim(F body) {
    CHECK(weft::sim::run(1, [&] {
              jobs::TestLedger ledger;
              World world(ledger);
              body(world);
              CHECK(ledger.wrong_counters() == 0);
          }) == 0);
}

// Does something else the first time that something is asked of each delivery.
Way first(const std::string& method, Way otherwise) {
    auto seen = std::make_shared<std::set<std::string>>();
    return [=](const Call& call, Kept& kept) -> Result<Called> {
        if (call.method == method && seen->insert(call.url).second) return otherwise(call, kept);
        return well(call, kept);
    };
}

std::string methods(const World& world) {
    std::string all;
    for (const Call& call : world.called) all += call.method + " ";
    return all;
}

}  // namespace

TEST_CASE("a report is handed over with its digest, and done when the receiver names both") {
    in_sim([](World& world) {
        world.site("A", 1);
        const JobId job = world.start();
        Server server(world);
        world.finish(job);
        CHECK(world.whole(job).state == jobs::State::succeeded);
        REQUIRE(world.called.size() == 1);
        const Call& call = world.called[0];
        CHECK(call.url == World::url_of("A") + "/" + header(call, "Delivery"));
        CHECK(call.body == "%PDF of A-0");
        CHECK(header(call, "Authorization") == "Bearer token-A");
        CHECK(header(call, "Digest-SHA256") == auth::sha256_hex(call.body));
        CHECK(world.in_state("acknowledged") == 1);
        CHECK(world.ledger.number("SELECT count(*) FROM report_delivery WHERE reply = 'kept' AND "
                                  "attempts = 1") == 1);
        CHECK(world.ledger.number(
                  "SELECT count(*) FROM audit_record WHERE action = 'report.delivered'") == 1);
    });
}

TEST_CASE(
    "what was handed over and not answered is asked about, and not sent again if it is there") {
    in_sim([](World& world) {
        world.site("A", 1);
        world.way = first("PUT", [](const Call& call, Kept& kept) -> Result<Called> {
            TRY(well(call, kept));
            return no_answer(Fate::unknown);
        });
        const JobId job = world.start();
        Server server(world);
        world.finish(job);
        CHECK(world.whole(job).state == jobs::State::succeeded);
        CHECK(methods(world) == "PUT GET ");
    });
}

TEST_CASE("what is not there is sent again as the same delivery") {
    in_sim([](World& world) {
        world.site("A", 1);
        world.way = first(
            "PUT", [](const Call&, Kept&) -> Result<Called> { return no_answer(Fate::unknown); });
        const JobId job = world.start();
        Server server(world);
        world.finish(job);
        CHECK(world.whole(job).state == jobs::State::succeeded);
        CHECK(methods(world) == "PUT GET PUT ");
        CHECK(world.called[0].url == world.called[2].url);
        CHECK(world.kept.size() == 1);
    });
}

TEST_CASE("a report that was not made is made once, kept, and handed over") {
    in_sim([](World& world) {
        const SiteId site = world.site("A", 0);
        world.ledger.write(
            [&](db::Tx& tx) { return add(tx, {"late", world.study, site, "late"}); });
        world.way = first("PUT", [](const Call&, Kept&) -> Result<Called> { return answer(503); });
        Server server(world);
        world.finish(world.start());
        CHECK(methods(world) == "PUT PUT ");
        CHECK(world.rendered == 1);
        CHECK(world.called[1].body == "%PDF of late");
        CHECK(world.ledger.number("SELECT count(*) FROM report") == 1);
        CHECK(world.ledger.number("SELECT count(*) FROM audit_record WHERE action = "
                                  "'report.made'") == 1);
    });
}

TEST_CASE("between the call and its answer a report is unknown to everybody who looks") {
    in_sim([](World& world) {
        world.site("A", 1);
        world.way = [&](const Call& call, Kept& kept) -> Result<Called> {
            CHECK(world.in_state("unknown") == 1);
            return well(call, kept);
        };
        Server server(world);
        world.finish(world.start());
        CHECK(world.in_state("unknown") == 0);
    });
}

TEST_CASE("what the receiver refuses fails for good with its words, and waits for new settings") {
    in_sim([](World& world) {
        const SiteId site = world.site("A", 1);
        world.way = [](const Call&, Kept&) -> Result<Called> {
            return answer(422, R"({"title":"no such patient"})");
        };
        Server server(world);
        world.finish(world.start());
        CHECK(world.trouble().first == "receiver-refused");
        CHECK(world.trouble().second == R"(HTTP 422: {"title":"no such patient"})");
        CHECK(world.called.size() == 1);
        CHECK(world.in_state("refused") == 1);
        world.way = well;
        const JobId empty = world.start();
        world.finish(empty);
        CHECK(world.whole(empty).counts.total == 0);
        world.ledger.write([&](db::Tx& tx) {
            return set_receiver(tx, {world.study, site, World::url_of("A"), "other"}, world.key,
                                identity::command_line());
        });
        world.finish(world.start());
        CHECK(world.in_state("acknowledged") == 1);
    });
}

TEST_CASE("a receiver that asks for time is given it") {
    in_sim([](World& world) {
        world.site("A", 1);
        std::vector<weft::TimePoint> at;
        const Way busy = first("PUT", [](const Call&, Kept&) -> Result<Called> {
            Called called = answer(429);
            called.retry_after = 300s;
            return called;
        });
        world.way = [&](const Call& call, Kept& kept) -> Result<Called> {
            at.push_back(weft::Clock::now());
            return busy(call, kept);
        };
        Server server(world);
        world.finish(world.start());
        CHECK(methods(world) == "PUT PUT ");
        CHECK(at.at(1) - at.at(0) >= 300s);
    });
}

TEST_CASE("an answer that names another delivery acknowledges nothing") {
    in_sim([](World& world) {
        world.site("A", 1);
        world.way = first("PUT", [](const Call& call, Kept&) -> Result<Called> {
            return answer(
                201, R"({"delivery":"another","sha256":")" + header(call, "Digest-SHA256") + "\"}");
        });
        Server server(world);
        world.finish(world.start());
        CHECK(methods(world) == "PUT GET PUT ");
        CHECK(world.in_state("acknowledged") == 1);
    });
}

TEST_CASE(
    "a refusal on a connection that others used is believed only when it is said again alone") {
    in_sim([](World& world) {
        world.site("A", 1);
        world.way = first("PUT", [](const Call& call, Kept&) -> Result<Called> {
            CHECK_FALSE(call.alone);
            Called called = answer(404);
            called.was_alone = false;
            return called;
        });
        Server server(world);
        world.finish(world.start());
        CHECK(methods(world) == "PUT PUT ");
        CHECK(world.called[1].alone);
        CHECK(world.in_state("acknowledged") == 1);
    });
}

TEST_CASE("a receiver that has something else under a delivery is not overwritten") {
    in_sim([](World& world) {
        world.site("A", 1);
        world.way = [](const Call& call, Kept&) -> Result<Called> {
            return answer(200,
                          R"({"delivery":")" + last_part(call.url) + R"(","sha256":"another"})");
        };
        Server server(world);
        world.finish(world.start());
        CHECK(world.trouble().first == "receiver-refused");
        CHECK(world.in_state("refused") == 1);
    });
}

TEST_CASE("one dead receiver holds up no other, and its reports wait for the next night") {
    in_sim([](World& world) {
        constexpr int sites = 20;
        constexpr int reports = 10;
        for (int i = 0; i < sites; ++i) world.site("S" + std::to_string(i), reports);
        int inside = 0;
        int most_inside = 0;
        world.way = [&](const Call& call, Kept& kept) -> Result<Called> {
            if (!call.url.starts_with(World::url_of("S7") + "/")) {
                weft::sleep(10ms);
                return well(call, kept);
            }
            most_inside = std::max(most_inside, ++inside);
            weft::sleep(5s);
            --inside;
            return no_answer(Fate::not_sent);
        };
        const JobId job = world.start();
        Server server(world, {.slots = 8});
        const auto began = weft::Clock::now();
        while (world.in_state("acknowledged") < (sites - 1) * reports) weft::sleep(100ms);
        CHECK(weft::Clock::now() - began < 30s);
        CHECK(most_inside <= 4);
        world.finish(job);
        CHECK(world.whole(job).counts == jobs::Counts{.total = sites * reports,
                                                      .done = (sites - 1) * reports,
                                                      .failed = reports});
        CHECK(world.in_state("waiting") == reports);
        world.way = well;
        world.finish(world.start());
        CHECK(world.in_state("acknowledged") == sites * reports);
    });
}

TEST_CASE(
    "a push that is cancelled in the middle of a call and resumed delivers each report once") {
    in_sim([](World& world) {
        world.site("A", 20);
        bool hangs = true;
        world.way = [&](const Call& call, Kept& kept) -> Result<Called> {
            if (hangs && call.method == "PUT") {
                // The even ones arrive before the call is ended.
                if (kept.size() % 2 == 0) TRY(well(call, kept));
                (void)weft::timeout(1h, [] { weft::sleep(24h); });
                return no_answer(Fate::unknown);
            }
            return well(call, kept);
        };
        const JobId job = world.start();
        Server server(world);
        while (world.called.size() < 4) weft::sleep(10ms);
        world.ledger.write([&](db::Tx& tx) { return jobs::cancel(tx, job, "ann"); });
        server.engine.obey();
        world.finish(job);
        CHECK(world.whole(job).state == jobs::State::cancelled);
        CHECK(world.whole(job).counts.unknown == 4);
        CHECK(world.whole(job).counts.skipped == 16);
        hangs = false;
        world.ledger.write([&](db::Tx& tx) { return jobs::resume(tx, job); });
        server.engine.nudge();
        world.finish(job);
        CHECK(world.whole(job).counts == jobs::Counts{.total = 20, .done = 20});
        CHECK(world.kept.size() == 20);
    });
}

TEST_CASE("a server that is killed in the middle of calls leaves them to be asked about") {
    in_sim([](World& world) {
        world.site("A", 6);
        bool hangs = true;
        world.way = [&](const Call& call, Kept& kept) -> Result<Called> {
            if (hangs) {
                if (kept.empty()) TRY(well(call, kept));
                weft::sleep(24h);
            }
            return well(call, kept);
        };
        const JobId job = world.start();
        {
            Server killed(world, {}, true);
            while (world.called.size() < 4) weft::sleep(10ms);
        }
        hangs = false;
        world.called.clear();
        Server server(world);
        world.finish(job);
        CHECK(world.whole(job).counts == jobs::Counts{.total = 6, .done = 6});
        std::set<std::string> sent;
        for (const Call& call : world.called)
            if (call.method == "PUT") CHECK(sent.insert(call.url).second);
        CHECK(sent.size() == 5);  // the one that had arrived is not sent again
    });
}

TEST_CASE("what one push left unknown is asked about by the next, which has it then") {
    in_sim([](World& world) {
        world.site("A", 1);
        world.way = [](const Call& call, Kept& kept) -> Result<Called> {
            TRY(well(call, kept));
            return no_answer(Fate::unknown);
        };
        Server server(world);
        const JobId old = world.start();
        world.finish(old);
        CHECK(world.whole(old).counts == jobs::Counts{.total = 1, .unknown = 1});
        CHECK(world.in_state("unknown") == 1);
        world.way = well;
        world.called.clear();
        const JobId job = world.start();
        world.finish(job);
        CHECK(methods(world) == "GET ");
        CHECK(world.in_state("acknowledged") == 1);
        // Whoever drives the old item again sends nothing.
        world.ledger.write([&](db::Tx& tx) {
            return jobs::redrive(tx, old, {.state = jobs::ItemState::unknown});
        });
        server.engine.nudge();
        world.finish(old);
        CHECK(world.trouble("skipped").first == "taken-over");
        CHECK(methods(world) == "GET ");
    });
}

TEST_CASE("while the last push is not over, another one is that one") {
    in_sim([](World& world) {
        world.site("A", 1);
        const JobId first = world.start();
        CHECK(world.start() == first);
    });
}

TEST_CASE("a site without a receiver that is enabled is left out until it has one") {
    in_sim([](World& world) {
        const SiteId site = world.site("A", 3);
        const auto enable = [&](bool enabled) {
            world.ledger.write([&](db::Tx& tx) {
                return set_receiver(tx, {world.study, site, World::url_of("A"), {}, enabled},
                                    world.key, identity::command_line());
            });
        };
        enable(false);
        CHECK(world.whole(world.start()).counts.total == 0);
        enable(true);
        CHECK(world.whole(world.start()).counts.total == 3);
        // Switched off in the middle: what was not sent fails, and waits.
        enable(false);
        Server server(world);
        world.finish(world.start());
        CHECK(world.in_state("waiting") == 3);
        CHECK(world.called.empty());
    });
}

TEST_CASE("a token is sealed in the store, for its row and URL alone, and needed for another URL") {
    in_sim([](World& world) {
        const SiteId site = world.site("A", 0);
        const auto set = [&](const std::string& url, std::optional<std::string> token) {
            return world.ledger.outcome([&](db::Tx& tx) {
                return set_receiver(tx, {world.study, site, url, std::move(token)}, world.key,
                                    identity::command_line());
            });
        };
        CHECK(world.ledger.number(
                  "SELECT count(*) FROM report_receiver WHERE token LIKE '%token-A%'") == 0);
        CHECK(set("https://elsewhere.example", {}) == "token-missing");
        CHECK(set("http://elsewhere.example", "x") == "bad-url");
        CHECK(set("https://user:secret@a.example", "x") == "bad-url");
        CHECK(set(World::url_of("A"), "with space") == "bad-token");
        CHECK(set("http://127.0.0.1:8080/in", "x") == "ok");
        world.ledger.write([&](db::Tx& tx) {
            return tx.run("UPDATE report_receiver SET url = 'https://thief.example'");
        });
        const auto moved =
            world.ledger.db->read([&](db::Tx& tx) { return get_receiver(tx, world.study, site); });
        CHECK(token_of(moved.value(), world.key).error().code == "seal-broken");
    });
}

}  // namespace cohort::push

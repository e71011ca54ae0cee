// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/running_requests.h"

#include <map>

#include "weft/channel.h"
#include "weft/report.h"

#include "cohort/platform/http/test_connection.h"

namespace cohort::http {

using namespace test_connection;

namespace {

// Waits until one request runs.
RunningRequest the_one_that_runs(const World& world) {
    auto all = world.metrics.running.list();
    for (; all.empty(); all = world.metrics.running.list()) weft::yield();
    CHECK(all.size() == 1);
    return all.front();
}

}  // namespace

TEST_CASE("a request that runs is known by its route, with its goroutines and what they wait for") {
    World world;
    auto [go_on, waits] = weft::channel<int>(0, "laboratory");
    world.get("/subjects/{subject}", [&, &waits = waits](Request&) -> Result<Reply> {
        weft::scope(
            [&](weft::Scope& s) { s.go("ask the laboratory", [&] { (void)waits.recv(); }); });
        return Reply::text(200, "done");
    });
    world.run([&, &go_on = go_on](MemoryStream::Peer& peer) {
        peer.send("GET /subjects/Li-Na HTTP/1.1\r\nHost: x\r\n\r\n");
        const RunningRequest request = the_one_that_runs(world);
        CHECK(request.route == "GET /subjects/{subject}");
        std::map<std::string, weft::ReportedGoroutine> seen;
        while (seen["ask the laboratory"].state != "receive") {
            weft::yield();
            for (auto& one : weft::goroutines_under({request.goroutine}))
                seen[one.name] = std::move(one);
        }
        CHECK(seen["ask the laboratory"].parent == request.goroutine);
        CHECK(seen["ask the laboratory"].waits_on == "laboratory");
        CHECK(seen["server"].id == request.goroutine);
        (void)go_on.send(1);
        peer.finish_sending();
        const auto replies = take_all(peer.receive_all());
        CHECK(replies.size() == 1);
        CHECK(world.metrics.running.list().empty());
    });
}

TEST_CASE("a request whose body is still on its way runs, too") {
    World world;
    world.run([&](MemoryStream::Peer& peer) {
        peer.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nhal");
        CHECK(the_one_that_runs(world).route == "POST /echo");
        peer.send("f");
        peer.finish_sending();
        const auto replies = take_all(peer.receive_all());
        CHECK(replies.at(0).body == "half");
        CHECK(world.metrics.running.list().empty());
    });
}

}  // namespace cohort::http

// SPDX-License-Identifier: Apache-2.0
// A connection in the simulator, for the tests: real routes, real parser, virtual time, no network.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "weft/scope.h"
#include "weft/sim.h"

#include "cohort/base/json.h"
#include "cohort/platform/http/connection.h"
#include "cohort/platform/http/memory_stream.h"
#include "tests/support/test.h"

namespace cohort::http::test_connection {

using namespace std::chrono_literals;

struct Received {
    int status = 0;
    std::string head;
    std::string body;
};

// Takes one reply off the front of `bytes`.
inline std::optional<Received> take_reply(std::string& bytes, bool head_only = false) {
    const auto end = bytes.find("\r\n\r\n");
    if (end == bytes.npos) return std::nullopt;
    Received reply{std::stoi(bytes.substr(9, 3)), bytes.substr(0, end + 4), ""};
    std::size_t length = 0;
    if (const auto at = reply.head.find("Content-Length: "); at != reply.head.npos && !head_only) {
        length = std::stoul(reply.head.substr(at + 16));
    }
    if (bytes.size() < end + 4 + length) return std::nullopt;
    reply.body = bytes.substr(end + 4, length);
    bytes.erase(0, end + 4 + length);
    return reply;
}

inline std::vector<Received> take_all(std::string bytes) {
    std::vector<Received> replies;
    while (auto reply = take_reply(bytes)) replies.push_back(std::move(*reply));
    CHECK(bytes.empty());
    return replies;
}

inline Result<void> authorise(Request& request, const Access& access) {
    if (access.kind() == Access::Kind::open) return {};
    if (!request.cookie("session")) return unauthenticated("no-session", "Sign in first.");
    request.caller.emplace().login = "nurse";
    TRY(access.scope(request));
    return {};
}

// A server for one connection, and what it did.
struct World {
    Router router;
    Metrics metrics;
    std::vector<std::string> lines;
    log::Logger log{[this](std::string_view line) { lines.emplace_back(line); }};
    ConnectionLimits limits;
    std::atomic<Phase> phase{Phase::open};
    Bounds bounds{.requests_max = 100};

    World() {
        router.add(Method::get, "/ping", Access::open("test"),
                   [](Request&) -> Result<Reply> { return Reply::text(200, "pong"); }, {});
        router.add(Method::post, "/echo", Access::open("test"),
                   [](Request& r) -> Result<Reply> { return Reply::text(200, r.body); },
                   {.body_bytes_max = 1000});
    }

    void get(const char* pattern, Handler handler, Doc doc = {}) {
        router.add(Method::get, pattern, Access::open("test"), std::move(handler), std::move(doc));
    }

    // Runs the connection's loop beside `client`, which plays the caller.
    void run(const std::function<void(MemoryStream::Peer&)>& client) {
        const int code = weft::sim::run(7, [&] {
            Dispatcher dispatcher{router, authorise, metrics, log, bounds};
            weft::scope([&](weft::Scope& s) {
                auto [stream, peer] = MemoryStream::make();
                s.go("watch", [&] { dispatcher.watch_hangups(); });
                auto server = s.go("server", [&, stream = std::move(stream)] {
                    Connection{*stream, "192.0.2.1", dispatcher, limits, phase}.serve();
                    stream->finish_writing();
                });
                client(peer);
                peer.hang_up();
                server.join();
                s.cancel();
            });
        });
        CHECK(code == 0);
        CHECK(metrics.requests_running == 0);
    }

    // Sends the bytes, ends sending and gives all that comes back.
    std::vector<Received> exchange(std::string bytes) {
        std::string answer;
        run([&](MemoryStream::Peer& peer) {
            peer.send(std::move(bytes));
            peer.finish_sending();
            answer = peer.receive_all();
        });
        return take_all(std::move(answer));
    }
};

inline std::string code_of(const Received& reply) {
    const auto body = json::parse(reply.body);
    if (!body || !body->is_object() || !body->as_object().contains("code")) return "(none)";
    return std::string{body->as_object().at("code").as_string()};
}

inline const std::string get_ping = "GET /ping HTTP/1.1\r\nHost: x\r\n\r\n";

}  // namespace cohort::http::test_connection

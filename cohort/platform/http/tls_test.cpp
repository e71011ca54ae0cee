// SPDX-License-Identifier: Apache-2.0
// The server over TLS.
#include "cohort/platform/http/tls.h"

#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "weft/context.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/task_set.h"

#include "cohort/platform/http/server.h"
#include "tests/support/certificate.h"
#include "tests/support/test.h"

namespace cohort::http {

using namespace std::chrono_literals;

namespace {

Result<void> anybody(Request&, const Access&) {
    return {};
}

struct World {
    World() {
        router.add(Method::get, "/ping", Access::open("test"),
                   [](Request&) -> Result<Reply> { return Reply::text(200, "pong"); }, {});
    }

    // Serves with the certificate in the files while `client` runs.
    void run(const std::function<void(Server&)>& client) {
        const int code = weft::run([&] {
            certificate = Certificate::load(ward.certificate, ward.key).value();
            options.certificate = certificate.get();
            Server server{router, anybody, metrics, log, options};
            REQUIRE(server.listen());
            weft::scope([&](weft::Scope& s) {
                s.go("serve", [&] { CHECK(server.serve()); });
                client(server);
                CHECK(server.stop(5s));
            });
        });
        CHECK(code == 0);
        CHECK(metrics.connections == 0);
    }

    bool logged(const std::string& event) {
        const std::lock_guard lock{mutex};
        for (const std::string& line : lines)
            if (line.find("\"" + event + "\"") != line.npos) return true;
        return false;
    }

    test::TempFolder folder;
    test::Identity ward{folder, "ward.test"};
    Router router;
    Metrics metrics;
    std::vector<std::string> lines;
    weft::Mutex mutex;
    log::Logger log{[this](std::string_view line) {
        const std::lock_guard lock{mutex};
        lines.emplace_back(line);
    }};
    ServerOptions options;
    std::unique_ptr<Certificate> certificate;
};

// A caller who trusts the authorities in a file.
class Caller {
  public:
    Caller(const Server& server, const std::string& authorities) {
        const auto context = weft::net::TlsContext::client(authorities).value();
        auto stream = weft::net::TlsStream::connect(
            context, weft::net::dial(server.address()).value(), "ward.test");
        if (stream) stream_ = std::move(*stream);
    }
    ~Caller() {
        if (stream_) stream_->close();
    }

    bool connected() const { return stream_.has_value(); }

    // "200 pong", or nothing when the connection has ended.
    std::string ping() {
        if (!stream_ || !stream_->write_all("GET /ping HTTP/1.1\r\nHost: ward.test\r\n\r\n"))
            return {};
        std::string all;
        std::vector<std::byte> buffer(4096);
        while (!all.ends_with("pong")) {
            const auto got = stream_->read_some(buffer);
            if (!got || *got == 0) return {};
            all.append(reinterpret_cast<const char*>(buffer.data()), *got);
        }
        return all.substr(9, 3) + " pong";
    }

  private:
    std::optional<weft::net::TlsStream> stream_;
};

}  // namespace

TEST_CASE("over TLS requests are answered as over a plain connection, many to one connection") {
    World world;
    world.run([&](Server& server) {
        Caller caller{server, world.ward.certificate};
        REQUIRE(caller.connected());
        for (int i = 0; i < 20; ++i) CHECK(caller.ping() == "200 pong");
    });
}

TEST_CASE(
    "who speaks plain HTTP to it, or says nothing, loses the connection and nobody else does") {
    World world;
    world.options.limits.header_timeout = 50ms;
    world.run([&](Server& server) {
        auto plain = weft::net::dial(server.address()).value();
        CHECK(plain.write_all("GET /ping HTTP/1.1\r\nHost: ward.test\r\n\r\n"));
        auto silent = weft::net::dial(server.address()).value();
        std::vector<std::byte> buffer(4096);
        for (weft::net::Connection* stranger : {&plain, &silent}) {
            auto got = stranger->read_some(buffer);
            while (got && *got > 0) got = stranger->read_some(buffer);  // TLS may say why
        }
        Caller caller{server, world.ward.certificate};
        CHECK(caller.ping() == "200 pong");
    });
}

TEST_CASE("a renewed certificate is shown to who comes next, and nobody who is there notices") {
    World world;
    world.run([&](Server& server) {
        weft::TaskSet background{"background"};
        background.go("certificate", [&] { world.certificate->follow(1ms, world.log); });
        Caller before{server, world.ward.certificate};
        CHECK(before.ping() == "200 pong");

        const test::Identity renewed{world.folder, "ward.test"};  // the same files
        while (!Caller(server, renewed.certificate).connected()) weft::yield();
        CHECK(before.ping() == "200 pong");
        CHECK(world.logged("tls.certificate-renewed"));

        std::ofstream(renewed.certificate) << "not a certificate";
        while (!world.logged("tls.certificate-refused")) weft::yield();
        CHECK(before.ping() == "200 pong");
        const test::Identity again{world.folder, "ward.test"};
        while (!Caller(server, again.certificate).connected()) weft::yield();
        background.cancel();
    });
}

TEST_CASE("in a full house those who only began to shake hands make room for who asks") {
    World world;
    world.options.connections_max = 2;
    world.run([&](Server& server) {
        auto first = weft::net::dial(server.address()).value();
        auto second = weft::net::dial(server.address()).value();
        while (world.metrics.connections < 2) weft::yield();
        // Who comes before their goroutines have begun is turned away once more.
        std::string answer;
        while (answer.empty()) answer = Caller{server, world.ward.certificate}.ping();
        CHECK(answer == "200 pong");
        CHECK(world.metrics.ended_for_others > 0);
    });
}

TEST_CASE("a certificate that cannot be used is refused at the start, by its name") {
    World world;
    const int code = weft::run([&] {
        const auto missing = Certificate::load(world.folder / "none.crt", world.ward.key);
        CHECK(missing.error().code == "certificate");
        CHECK(missing.error().text.find("none.crt") != std::string::npos);
        const test::Identity other{world.folder, "other.test"};
        CHECK(Certificate::load(world.ward.certificate, other.key).error().code == "key");
    });
    CHECK(code == 0);
}

}  // namespace cohort::http

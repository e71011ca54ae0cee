// SPDX-License-Identifier: Apache-2.0
// What becomes of units when the server or the network between goes, at the worst moments.
#include <array>
#include <atomic>
#include <csignal>
#include <iostream>
#include <span>
#include <unistd.h>

#include "weft/mutex.h"
#include "weft/net.h"
#include "weft/task_set.h"

#include "cohort/platform/db/test_postgres.h"
#include "tests/support/child.h"

namespace cohort::db {

namespace {

// The network between the store and its server. It can be cut around the next request: before the
// server hears of it, or after the server has answered and before the store hears of that.
class Network {
  public:
    enum class Cut : std::uint8_t { none, before_request, after_answer };

    explicit Network(const std::string& database) : server_(host_of(database)) {
        listener_ = weft::net::listen("127.0.0.1:0").value();
        const std::string address = listener_.address();
        url_ = test::PostgresServer::at_port(database, address.substr(address.rfind(':') + 1));
        tasks_.go("accept", [this] { accept(); });
    }

    const std::string& url() const { return url_; }
    void cut_next(Cut cut) { cut_ = cut; }
    int requests() const { return requests_; }
    /// From now on nobody gets through.
    void break_off() {
        listener_.close();
        off_ = true;
    }

  private:
    static std::string host_of(const std::string& url) {
        const auto at = url.find('@') + 1;
        return url.substr(at, url.find('/', at) - at);
    }
    void accept() {
        while (auto client = listener_.accept()) {
            tasks_.go("answers", [this, client = *client] {
                auto server = weft::net::dial(server_);
                if (!server) return;
                tasks_.go("requests",
                          [this, client, server = *server] { carry(client, server, true); });
                carry(*server, client, false);
            });
        }
    }
    void carry(weft::net::Connection from, weft::net::Connection to, bool requests) {
        std::array<std::byte, 4096> bytes{};
        for (;;) {
            const auto got = from.read_some(bytes);
            if (!got || *got == 0) break;
            if (requests) requests_ += 1;
            const Cut here = requests ? Cut::before_request : Cut::after_answer;
            Cut wanted = here;
            if (off_ || cut_.compare_exchange_strong(wanted, Cut::none)) break;
            if (!to.write_all(std::span(bytes).first(*got))) break;
        }
        from.abort();
        to.abort();
    }

    const std::string server_;
    std::string url_;
    weft::net::Listener listener_;
    std::atomic<Cut> cut_{Cut::none};
    std::atomic<bool> off_{false};
    std::atomic<int> requests_{0};
    weft::TaskSet tasks_{"network"};
};

Result<void> insert(Tx& tx, std::int64_t number) {
    TRY(tx.run("INSERT INTO item (number) VALUES (?)", number));
    return {};
}

}  // namespace

TEST_CASE("PostgreSQL: a commit whose answer is lost is found to have happened, and happens once") {
    in_runtime([] {
        World world;
        Network network(world.url);
        const auto far = Db::open(options_for(network.url())).value();
        int runs = 0;
        const auto stored = far->transact([&](Tx& tx) -> Result<void> {
            ++runs;
            TRY(insert(tx, 1));
            network.cut_next(Network::Cut::after_answer);  // the next answer is the commit's
            return {};
        });
        CHECK(stored.ok());
        CHECK(runs == 1);
        CHECK(world.count() == 1);
        CHECK(far->stats().failed_batches == 1);
    });
}

TEST_CASE("PostgreSQL: a unit that asks and then puts costs two ways there and back, as a whole") {
    in_runtime([] {
        World world;
        Network network(world.url);
        Options options = options_for(network.url());
        options.writers = 1;  // which has prepared it all by the second time
        const auto far = Db::open(options).value();
        const auto unit = [&](std::int64_t from) {
            return far->transact([=](Tx& tx) -> Result<void> {
                tx.soon("SELECT number FROM item WHERE number = ?", from);
                tx.soon("SELECT count(*) FROM item");
                TRY(tx.all("SELECT number FROM item WHERE number = ?", from));
                TRY(count_in(tx));
                for (std::int64_t i = from; i < from + 5; ++i)
                    TRY(tx.put("INSERT INTO item (number) VALUES (?)", i));
                return {};
            });
        };
        REQUIRE(unit(0).ok());  // connects and prepares
        const int before = network.requests();
        CHECK(unit(5).ok());
        CHECK(network.requests() - before == 2);
        CHECK(world.count() == 10);
    });
}

TEST_CASE("PostgreSQL: the answer to puts and their commit is lost: it happens once") {
    in_runtime([] {
        for (const auto cut : {Network::Cut::after_answer, Network::Cut::before_request}) {
            World world;
            Network network(world.url);
            const auto far = Db::open(options_for(network.url())).value();
            int runs = 0;
            const auto stored = far->transact([&](Tx& tx) -> Result<void> {
                CHECK(TRY(count_in(tx)) == 0);
                if (++runs == 1) network.cut_next(cut);
                for (std::int64_t i = 0; i < 3; ++i)
                    TRY(tx.put("INSERT INTO item (number) VALUES (?)", i));
                return {};
            });
            CHECK(stored.ok());
            CHECK(runs == (cut == Network::Cut::after_answer ? 1 : 2));
            CHECK(world.count() == 3);
        }
    });
}

TEST_CASE("PostgreSQL: a commit that never arrived is run again, and happens once") {
    in_runtime([] {
        World world;
        Network network(world.url);
        const auto far = Db::open(options_for(network.url())).value();
        int runs = 0;
        const auto stored = far->transact([&](Tx& tx) -> Result<void> {
            TRY(insert(tx, 1));
            if (++runs == 1) network.cut_next(Network::Cut::before_request);
            return {};
        });
        CHECK(stored.ok());
        CHECK(runs == 2);
        CHECK(world.count() == 1);
    });
}

TEST_CASE("PostgreSQL: a unit whose connection breaks between two statements is run again") {
    in_runtime([] {
        World world;
        Network network(world.url);
        const auto far = Db::open(options_for(network.url())).value();
        int runs = 0;
        const auto stored = far->transact([&](Tx& tx) -> Result<void> {
            TRY(insert(tx, 1));
            if (++runs == 1) network.cut_next(Network::Cut::after_answer);
            TRY(insert(tx, 2));
            return {};
        });
        CHECK(stored.ok());
        CHECK(runs == 2);
        CHECK(world.count() == 2);
    });
}

TEST_CASE("PostgreSQL: a store that is lost in a commit and stays away is said to be unknown") {
    in_runtime([] {
        World world;
        Network network(world.url);
        Options options = options_for(network.url());
        options.outcome_patience = std::chrono::milliseconds(100);
        const auto far = Db::open(options).value();
        const auto stored = far->transact([&](Tx& tx) -> Result<void> {
            TRY(insert(tx, 1));
            network.break_off();
            return {};
        });
        REQUIRE_FALSE(stored.ok());
        CHECK(stored.error().code == "store-outcome-unknown");
        const auto read = far->read(count_in);
        CHECK(read.error().code == "store-unreachable");
    });
}

TEST_CASE(
    "PostgreSQL: kill -9 of the server under load loses nothing acknowledged, doubles nothing") {
    test::PostgresServer server;
    in_runtime([&] {
        World world(new_database(server));
        std::atomic<std::int64_t> acknowledged{0};
        std::atomic<std::int64_t> unknown{0};
        std::atomic<bool> enough{false};
        // A number is sent until it is stored. Had a failure stored it, it would now exist already.
        const auto client = [&](std::int64_t number) {
            for (; !enough; number += 8) {
                auto stored = world.insert(number);
                while (!stored && stored.error().code == "store-unreachable") {
                    weft::yield();
                    stored = world.insert(number);
                }
                CHECK((stored.ok() || stored.error().code == "store-outcome-unknown"));
                (stored.ok() ? acknowledged : unknown) += 1;
            }
        };
        const auto wait_for_more = [&] {
            for (const auto goal = acknowledged + 200; acknowledged < goal;) weft::yield();
        };
        weft::scope([&](weft::Scope& s) {
            for (std::int64_t i = 0; i < 8; ++i) s.go([&, i] { client(i); });
            for (int round = 0; round < 3; ++round) {
                wait_for_more();
                weft::blocking("kill the server", [&] {
                    server.kill();
                    server.start();
                });
            }
            wait_for_more();
            enough = true;
        });
        CHECK(unknown == 0);
        CHECK(world.count() == acknowledged);
    });
}

TEST_CASE("PostgreSQL: the tests' own server ends with the test program that is killed") {
    const test::ChildEnd end = test::in_child([] {
        // The server and its guard have this end of the pipe, too: until both are gone, what the
        // child says has no end.
        if (::dup(STDOUT_FILENO) < 0) return 1;
        const test::PostgresServer server;
        std::cout << "\nat 127.0.0.1:" << server.port() << "\n" << std::flush;
        return std::raise(SIGKILL);
    });
    CHECK(end.signal == SIGKILL);
    const std::size_t at = end.output.find("\nat ") + 4;
    const std::string address = end.output.substr(at, end.output.find('\n', at) - at);
    in_runtime([&] { CHECK(weft::net::dial(address).error().code == "refused"); });
}

}  // namespace cohort::db

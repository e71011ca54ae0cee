// SPDX-License-Identifier: Apache-2.0
// Shared is std::shared_ptr to those who use it, and no hiding place from the diagnosis.
#include "weft/shared.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "weft/channel.h"
#include "weft/context.h"
#include "weft/event.h"
#include "weft/report.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/sim.h"
#include "weft/time.h"

#include "tests/support/child.h"
#include "tests/support/environment.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

struct Ward {
    virtual ~Ward() = default;
    virtual std::string name() const { return "ward"; }
    int beds = 20;
};
struct Counted : Ward {
    explicit Counted(int& gone) : gone_(gone) {}
    ~Counted() override { ++gone_; }
    std::string name() const override { return "counted ward"; }
    int& gone_;
};

// What several goroutines of a service have in common.
struct Desk {
    explicit Desk(const char* name) : Desk(channel<int>(0, name)) {}
    explicit Desk(std::pair<Sender<int>, Receiver<int>> ends)
        : orders(std::move(ends.first)), arriving(std::move(ends.second)) {}
    Sender<int> orders;
    Receiver<int> arriving;
    Event open{"the desk is open"};
};

Options silent() {
    Options options;
    options.stuck_after = 0ns;
    options.on_report = [](const Report&) {};
    return options;
}

template <class F>
void everywhere(F body) {
    test::for_each_seed(30, body, silent());
    test::for_each_worker_count(body, silent());
}

// Runs `hangs` until something is stuck, and calls it off.
template <class Hangs>
std::vector<Report> found_while(Hangs hangs) {
    std::vector<Report> found;
    (void)cancellable([&](CancelHandle& handle) {
        scope([&](Scope& s) {
            s.go("nurse", hangs);
            while (found.empty()) {
                yield();
                found = stuck(0ns);
            }
            handle.cancel();
        });
    });
    return found;
}

}  // namespace

TEST_CASE("the last Shared destroys what is shared, and no other does") {
    int gone = 0;
    auto first = Shared<Counted>::make(gone);
    CHECK(first.use_count() == 1);
    {
        const Shared<Counted> second =
            first;  // NOLINT(performance-unnecessary-copy-initialization)
        CHECK(first.use_count() == 2);
        CHECK(second == first);
    }
    CHECK(first.use_count() == 1);
    const Shared<Counted> moved = std::move(first);
    CHECK(moved.use_count() == 1);
    CHECK_FALSE(first);  // NOLINT(bugprone-use-after-move): that is what is asked
    CHECK(gone == 0);
    Shared<Counted> other = moved;
    other.reset();
    CHECK(other.use_count() == 0);
    CHECK(gone == 0);
    other = moved;
    Shared<Counted>& itself = other;
    other = std::move(itself);
    CHECK(other == moved);
    CHECK(gone == 0);
}

TEST_CASE("a Shared of a derived class is one of its base") {
    int gone = 0;
    {
        const Shared<Ward> ward = Shared<Counted>::make(gone);
        CHECK(ward->name() == "counted ward");
        CHECK((*ward).beds == 20);
    }
    CHECK(gone == 1);
}

TEST_CASE("a Shared of a part keeps the whole") {
    int gone = 0;
    {
        auto whole = Shared<Counted>::make(gone);
        Counted* const at = whole.get();
        const Shared<int> beds(std::move(whole), &at->beds);
        CHECK(gone == 0);
        CHECK(*beds == 20);
        CHECK(beds.use_count() == 1);
    }
    CHECK(gone == 1);
}

TEST_CASE("a constructor that throws leaves nothing shared") {
    struct Fails {
        Fails() { throw std::runtime_error("no beds"); }
    };
    CHECK_THROWS_WITH(Shared<Fails>::make(), "no beds");
    std::size_t known = 0;
    detail::each_shared(
        [](const detail::SharedBlock&, void* n) { ++*static_cast<std::size_t*>(n); }, &known);
    CHECK(known == 0);
}

TEST_CASE("using a null Shared is a contract breach") {
    const auto end = test::in_child([] { return Shared<Ward>()->beds; });
    CHECK(end.died());
    CHECK(end.said("a null Shared was used"));
}

TEST_CASE("threads and goroutines copy and drop one Shared at once, and one of them destroys it") {
    int gone = 0;
    auto ward = Shared<Counted>::make(gone);
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([ward] {
            std::vector<Shared<Counted>> copies;
            for (int i = 0; i < 2000; ++i) {
                copies.push_back(ward);
                if (i % 7 == 0) copies.clear();
            }
        });
    ward.reset();
    for (std::thread& thread : threads) thread.join();
    CHECK(gone == 1);
}

TEST_CASE("who waits at a channel in an object that only those share who wait, too, is stuck") {
    everywhere([] {
        const auto found = found_while([] {
            const auto desk = Shared<Desk>::make("orders");
            scope([&](Scope& s) {
                for (int i = 0; i < 3; ++i) s.go("clerk", [desk] { (void)desk->arriving.recv(); });
            });
        });
        REQUIRE_FALSE(found.empty());
        CHECK(found[0].finding == Finding::stuck);
        CHECK(found[0].certainty == Certainty::likely);
        CHECK(found[0].sentence.find("channel \"orders\"") != std::string::npos);
        CHECK(found[0].sentence.find("its only Sender is in") != std::string::npos);
        CHECK(found[0].sentence.find("in its own reach") != std::string::npos);
        CHECK(found[0].sentence.find("in the reach of goroutine") != std::string::npos);
    });
}

TEST_CASE("who waits for an event in an object whose other sharer can still run is not stuck") {
    everywhere([] {
        const auto desk = Shared<Desk>::make("orders");
        Event go_on;
        scope([&](Scope& s) {
            s.go("visitor", [desk] { desk->open.wait(); });
            s.go("porter", [desk, &go_on] {
                go_on.wait();
                desk->open.set();
            });
            test::until_waits("visitor", "event");
            test::until_waits("porter", "event");
            CHECK(stuck(0ns).empty());
            go_on.set();
        });
    });
}

TEST_CASE("a Shared in a Shared leads on to who holds the outer one") {
    struct Ring {
        Shared<Desk> desk;
    };
    everywhere([] {
        const auto ring = Shared<Ring>::make(Ring{Shared<Desk>::make("orders")});
        Event go_on;
        scope([&](Scope& s) {
            s.go("clerk", [desk = ring->desk] { CHECK(desk->arriving.recv() == 1); });
            s.go("holder", [&go_on, ring] {
                go_on.wait();
                CHECK(ring->desk->orders.send(1));
            });
            test::until_waits("clerk", "receive");
            test::until_waits("holder", "event");
            CHECK(stuck(0ns).empty());
            go_on.set();
        });
    });
}

TEST_CASE("objects that only share each other let nobody go") {
    struct Link {
        Shared<Link> other;
        Event ready{"ready"};
    };
    everywhere([] {
        const auto found = found_while([] {
            auto first = Shared<Link>::make();
            Link& link = *first;
            link.other = Shared<Link>::make();
            link.other->other = std::move(first);
            struct Part {
                ~Part() { const Shared<Link> last = std::move(at.other); }
                Link& at;
            } const part{link};
            link.ready.wait();
        });
        REQUIRE(found.size() == 1);
        CHECK(found[0].sentence.find("event \"ready\"") != std::string::npos);
        CHECK(found[0].sentence.find("that only objects share") != std::string::npos);
    });
}

TEST_CASE("a Shared on the heap may be anybody's: nobody is called stuck for it") {
    everywhere([] {
        const auto kept = std::make_unique<Shared<Desk>>(Shared<Desk>::make("orders"));
        scope([&](Scope& s) {
            s.go("clerk", [desk = *kept] { CHECK(desk->arriving.recv() == 1); });
            test::until_waits("clerk", "receive");
            CHECK(stuck(0ns).empty());
            CHECK((*kept)->orders.send(1));
        });
    });
}

}  // namespace weft

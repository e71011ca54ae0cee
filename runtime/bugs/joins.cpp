// SPDX-License-Identifier: Apache-2.0
// Waiting for goroutines, and for what others initialise: for oneself, for each other, for a place.
#include <array>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "weft/channel.h"
#include "weft/compat/once.h"
#include "weft/err_group.h"
#include "weft/event.h"
#include "weft/mutex.h"
#include "weft/once.h"
#include "weft/scope.h"
#include "weft/single_flight.h"
#include "weft/task_set.h"
#include "weft/time.h"

#include "runtime/bugs/bug.h"

using namespace std::chrono_literals;

namespace bugs {
namespace {

// A task that has been handed its own handle.
void join_of_oneself_wrong() {
    std::optional<weft::Task<void>> reminder;
    weft::scope([&](weft::Scope& s) {
        weft::Event stored;
        reminder = s.go("reminder", [&] {
            stored.wait();
            reminder->join();
        });
        stored.set();
    });
}
void join_of_oneself_right() {
    std::optional<weft::Task<void>> reminder;
    weft::scope([&](weft::Scope& s) {
        reminder = s.go("reminder", [] {});
        reminder->join();
    });
}

// Each of two tasks waits for the other's result.
void join_of_each_other_wrong() {
    std::optional<weft::Task<void>> plan;
    std::optional<weft::Task<void>> budget;
    weft::scope([&](weft::Scope& s) {
        weft::Event stored;
        plan = s.go("plan", [&] {
            stored.wait();
            budget->join();
        });
        budget = s.go("budget", [&] {
            stored.wait();
            plan->join();
        });
        stored.set();
        weft::sleep(50ms);
    });
}
void join_of_each_other_right() {
    weft::scope([](weft::Scope& s) {
        auto plan = s.go("plan", [] { return 1; });
        s.go("budget", [plan = std::move(plan)]() mutable { (void)plan.join(); });
    });
}

// A task drains the set that it belongs to.
void drain_from_inside_wrong() {
    weft::TaskSet tasks("background jobs");
    weft::Event ended;
    tasks.go("shutdown", [&] {
        (void)tasks.drain(1h);
        ended.set();
    });
    ended.wait();
}
void drain_from_inside_right() {
    weft::TaskSet tasks("background jobs");
    tasks.go("shutdown", [] {});
    (void)tasks.drain(1h);
}

// Each part of the export starts parts of its own in the group, whose places the parts hold.
template <class Start>
void export_parts(std::size_t limit, Start start) {
    weft::ErrGroup group("export parts", limit);
    for (int part = 0; part < 2; ++part)
        group.go([&] {
            weft::sleep(5ms);
            start(group);
        });
    (void)group.wait();
}
void limited_group_nested_wrong() {
    export_parts(2, [](weft::ErrGroup& group) { group.go([] {}); });
}
void limited_group_nested_right() {
    export_parts(2, [](weft::ErrGroup& group) {
        const auto part = [] {};
        if (!group.try_go(part)) part();
    });
}

// The same with a scope that admits one at a time.
void limited_scope_nested_wrong() {
    weft::scope({.limit = 1},
                [](weft::Scope& s) { s.go("site", [&s] { s.go("patient of the site", [] {}); }); });
}
void limited_scope_nested_right() {
    weft::scope({.limit = 1}, [](weft::Scope& s) {
        s.go("site", [] {
            weft::scope([](weft::Scope& inner) { inner.go("patient of the site", [] {}); });
        });
    });
}

// The loader asks for what it is just loading.
struct Terminology {
    weft::compat::Once once{"terminology"};
    int codes = 0;
    int& get_wrong() {
        once.call([this] { codes = get_wrong() + 1; });
        return codes;
    }
    int& get_right() {
        once.call([this] { codes = 1; });
        return codes;
    }
};
void once_inside_itself_wrong() {
    Terminology terminology;
    (void)terminology.get_wrong();
}
void once_inside_itself_right() {
    Terminology terminology;
    (void)terminology.get_right();
}

// Two that are made once need each other.
void once_of_each_other_wrong() {
    weft::Once sites("sites");
    weft::Once users("users");
    weft::Event sites_begun;
    weft::Event users_begun;
    weft::scope([&](weft::Scope& s) {
        s.go("load sites", [&] {
            sites.call([&] {
                sites_begun.set();
                users_begun.wait();
                users.call([] {});
            });
        });
        s.go("load users", [&] {
            users.call([&] {
                users_begun.set();
                sites_begun.wait();
                sites.call([] {});
            });
        });
    });
}
void once_of_each_other_right() {
    weft::Once sites("sites");
    weft::Once users("users");
    weft::scope([&](weft::Scope& s) {
        s.go("load sites", [&] { sites.call([&] { users.call([] {}); }); });
        s.go("load users", [&] { users.call([] {}); });
    });
}

// The first user starts a goroutine for the loading, which is a user, too.
void once_waits_for_user_wrong() {
    weft::Once loaded("dictionary");
    loaded.call(
        [&] { weft::scope([&](weft::Scope& s) { s.go("reader", [&] { loaded.call([] {}); }); }); });
}
void once_waits_for_user_right() {
    weft::Once loaded("dictionary");
    loaded.call([&] { weft::scope([&](weft::Scope& s) { s.go("reader", [] {}); }); });
    loaded.call([] {});
}

// Once and a lock in two orders.
void once_and_lock_wrong() {
    weft::Once loaded("settings");
    weft::Mutex mutex("settings file");
    weft::Event has_lock;
    weft::Event has_begun;
    weft::scope([&](weft::Scope& s) {
        s.go("first user", [&] {
            loaded.call([&] {
                has_begun.set();
                has_lock.wait();
                const std::lock_guard locked(mutex);
            });
        });
        s.go("editor", [&] {
            const std::lock_guard locked(mutex);
            has_lock.set();
            has_begun.wait();
            loaded.call([] {});
        });
    });
}
void once_and_lock_right() {
    weft::Once loaded("settings");
    weft::Mutex mutex("settings file");
    weft::scope([&](weft::Scope& s) {
        s.go("first user", [&] { loaded.call([&] { const std::lock_guard locked(mutex); }); });
        s.go("editor", [&] {
            loaded.call([] {});
            const std::lock_guard locked(mutex);
        });
    });
}

// The task waits for a sibling that only the body starts, and the body joins the task first.
void joined_too_early_wrong() {
    auto [tx, rx] = weft::channel<int>(0, "blood values");
    weft::scope([&, &tx = tx, &rx = rx](weft::Scope& s) {
        auto visit = s.go("visit", [&rx] { (void)rx.recv(); });
        visit.join();
        s.go("lab", [&tx] { (void)tx.send(1); });
    });
}
void joined_too_early_right() {
    auto [tx, rx] = weft::channel<int>(0, "blood values");
    weft::scope([&, &tx = tx, &rx = rx](weft::Scope& s) {
        auto visit = s.go("visit", [&rx] { (void)rx.recv(); });
        s.go("lab", [&tx] { (void)tx.send(1); });
        visit.join();
    });
}

constexpr std::array all = {
    Bug{"join_of_oneself", "join of oneself", "Lu et al.: a thread that joins itself",
        join_of_oneself_wrong, join_of_oneself_right, "PROVEN wait cycle, at the call"},
    Bug{"join_of_each_other", "wait in a circle", "Lu et al.: two threads join each other",
        join_of_each_other_wrong, join_of_each_other_right, "PROVEN wait cycle, at the call"},
    Bug{"drain_from_inside", "wait for oneself", "GoBench: a handler shuts its own server down",
        drain_from_inside_wrong, drain_from_inside_right, "LIKELY wait cycle, at the call",
        "a drain has a limit"},
    Bug{"limited_group_nested", "limit with nested go", "errgroup: Go inside Go under SetLimit",
        limited_group_nested_wrong, limited_group_nested_right, "LIKELY stuck, background"},
    Bug{"limited_scope_nested", "limit with nested go", "the same in a scope with a limit of one",
        limited_scope_nested_wrong, limited_scope_nested_right, "LIKELY stuck, background"},
    Bug{"once_inside_itself", "once re-entry", "Go: Once.Do inside its own function",
        once_inside_itself_wrong, once_inside_itself_right, "PROVEN contract broken, at the call"},
    Bug{"once_of_each_other", "once in a circle", "C++: two function statics that need each other",
        once_of_each_other_wrong, once_of_each_other_right, "PROVEN wait cycle, at the call"},
    Bug{"once_waits_for_user", "once in a circle", "Java: class initialisers that start threads",
        once_waits_for_user_wrong, once_waits_for_user_right, "PROVEN wait cycle, at the call"},
    Bug{"once_and_lock", "once and a lock", "GoBench: Once.Do under a lock that its function takes",
        once_and_lock_wrong, once_and_lock_right, "PROVEN lock cycle, at the call"},
    Bug{"joined_too_early", "missing sender",
        "Go study: waits before it has started the other side", joined_too_early_wrong,
        joined_too_early_right, "LIKELY stuck, background"},
};

}  // namespace

std::span<const Bug> joins() {
    return all;
}

}  // namespace bugs

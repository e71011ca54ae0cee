// SPDX-License-Identifier: Apache-2.0
// One lock and what goes wrong with it alone.
#include <array>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "weft/compat/go.h"
#include "weft/compat/mutex.h"
#include "weft/compat/wait_group.h"
#include "weft/event.h"
#include "weft/mutex.h"
#include "weft/scope.h"

#include "runtime/bugs/bug.h"

namespace bugs {
namespace {

// A public function locks and calls another public one that locks as well.
struct Register {
    weft::Mutex mutex{"patient register"};
    std::vector<int> patients;

    int count() {
        const std::lock_guard locked(mutex);
        return count_locked();
    }
    int count_locked() const { return static_cast<int>(patients.size()); }
    void enrol_wrong(int patient) {
        const std::lock_guard locked(mutex);
        if (count() < 10) patients.push_back(patient);
    }
    void enrol_right(int patient) {
        const std::lock_guard locked(mutex);
        if (count_locked() < 10) patients.push_back(patient);
    }
};

void double_lock_in_helper_wrong() {
    Register patients;
    patients.enrol_wrong(1);
}
void double_lock_in_helper_right() {
    Register patients;
    patients.enrol_right(1);
}

// The visitor that a caller hands in asks the object that is walking through itself.
struct Sites {
    weft::Mutex mutex{"sites"};
    std::vector<int> open{1, 2, 3};

    bool is_open(int site) {
        const std::lock_guard locked(mutex);
        return site < 3;
    }
    template <class F>
    void each_locked(F visit) {
        const std::lock_guard locked(mutex);
        for (const int site : open) visit(site);
    }
    std::vector<int> all() {
        const std::lock_guard locked(mutex);
        return open;
    }
};

void double_lock_in_callback_wrong() {
    Sites sites;
    [[maybe_unused]] int reminders = 0;
    sites.each_locked([&](int site) { reminders += sites.is_open(site) ? 1 : 0; });
}
void double_lock_in_callback_right() {
    Sites sites;
    [[maybe_unused]] int reminders = 0;
    for (const int site : sites.all()) reminders += sites.is_open(site) ? 1 : 0;
}

// The loop leaves its round early, with the lock, and comes round again.
void missing_unlock_on_continue_wrong() {
    weft::compat::Mutex mutex("visit plan");
    [[maybe_unused]] int planned = 0;
    for (int visit = 0; visit < 4; ++visit) {
        mutex.lock();
        if (visit % 2 == 1) continue;
        ++planned;
        mutex.unlock();
    }
}
void missing_unlock_on_continue_right() {
    weft::compat::Mutex mutex("visit plan");
    [[maybe_unused]] int planned = 0;
    for (int visit = 0; visit < 4; ++visit) {
        mutex.lock();
        if (visit % 2 == 0) ++planned;
        mutex.unlock();
    }
}

// A way out on an error leaves the lock behind, and so does the goroutine.
bool save_wrong(weft::compat::Mutex& mutex, int patient) {
    mutex.lock();
    if (patient < 0) return false;
    mutex.unlock();
    return true;
}
bool save_right(weft::compat::Mutex& mutex, int patient) {
    const std::lock_guard locked(mutex);
    return patient >= 0;
}
template <class Save>
void save_in_goroutines(Save save) {
    weft::compat::Mutex mutex("patient file");
    weft::compat::WaitGroup group;
    for (const int patient : {1, -1, 2}) {
        group.add(1);
        weft::compat::go("save", [&, patient] {
            (void)save(mutex, patient);
            group.done();
        });
    }
    group.wait();
}
void missing_unlock_on_error_wrong() {
    save_in_goroutines(save_wrong);
}
void missing_unlock_on_error_right() {
    save_in_goroutines(save_right);
}

// An exception passes a lock that nobody guards.
int parse_age(const std::string& text) {
    if (text.empty()) throw std::invalid_argument("no age");
    return static_cast<int>(text.size());
}
void missing_unlock_on_exception_wrong() {
    weft::Mutex mutex("ages");
    [[maybe_unused]] int sum = 0;
    for (const char* text : {"42", "", "7"}) {
        try {
            mutex.lock();
            sum += parse_age(text);
            mutex.unlock();
        } catch (const std::invalid_argument&) {
            --sum;
        }
    }
}
void missing_unlock_on_exception_right() {
    weft::Mutex mutex("ages");
    [[maybe_unused]] int sum = 0;
    for (const char* text : {"42", "", "7"}) {
        try {
            const std::lock_guard locked(mutex);
            sum += parse_age(text);
        } catch (const std::invalid_argument&) {
            --sum;
        }
    }
}

// One goroutine locks for another that shall unlock when it is done.
void unlock_by_another_wrong() {
    weft::Mutex mutex("export file");
    mutex.lock();
    weft::scope([&](weft::Scope& s) { s.go("writer", [&] { mutex.unlock(); }); });
}
void unlock_by_another_right() {
    weft::Mutex mutex("export file");
    weft::Event written("written");
    weft::scope([&](weft::Scope& s) {
        s.go("writer", [&] {
            const std::lock_guard locked(mutex);
            written.set();
        });
        written.wait();
    });
}

// The guard unlocks what the function has already unlocked.
void unlock_twice_wrong() {
    weft::Mutex mutex("consent");
    const std::lock_guard locked(mutex);
    mutex.unlock();
}
void unlock_twice_right() {
    weft::Mutex mutex("consent");
    std::unique_lock locked(mutex);
    locked.unlock();
}

// The cached object goes while somebody still works on it.
void destroyed_while_held_wrong() {
    auto site = std::make_unique<Sites>();
    site->mutex.lock();
    site->open.clear();
    site.reset();
}
void destroyed_while_held_right() {
    auto site = std::make_unique<Sites>();
    {
        const std::lock_guard locked(site->mutex);
        site->open.clear();
    }
    site.reset();
}

constexpr std::array all = {
    Bug{"double_lock_in_helper", "double lock",
        "Go study: a locking function calls another of its kind; most blocking Mutex bugs",
        double_lock_in_helper_wrong, double_lock_in_helper_right,
        "PROVEN contract broken, at the call"},
    Bug{"double_lock_in_callback", "double lock",
        "Lu et al.: a callback runs under its caller's lock", double_lock_in_callback_wrong,
        double_lock_in_callback_right, "PROVEN contract broken, at the call"},
    Bug{"missing_unlock_on_continue", "missing unlock",
        "GCatch: a lock that one way out of a loop keeps", missing_unlock_on_continue_wrong,
        missing_unlock_on_continue_right, "PROVEN contract broken, at the call"},
    Bug{"missing_unlock_on_error", "missing unlock",
        "Go study and GCatch: an early return on an error, between Lock and Unlock",
        missing_unlock_on_error_wrong, missing_unlock_on_error_right,
        "PROVEN contract broken, at the call"},
    Bug{"missing_unlock_on_exception", "missing unlock",
        "Lu et al.: an exception leaves the critical section", missing_unlock_on_exception_wrong,
        missing_unlock_on_exception_right, "PROVEN contract broken, at the call"},
    Bug{"unlock_by_another", "unlock by a stranger",
        "Go programs: a lock handed on as if it were a token", unlock_by_another_wrong,
        unlock_by_another_right, "PROVEN contract broken, at the call"},
    Bug{"unlock_twice", "unlock by a stranger", "GoBench: Unlock by hand and again by defer",
        unlock_twice_wrong, unlock_twice_right, "PROVEN contract broken, at the call"},
    Bug{"destroyed_while_held", "lock destroyed", "Lu et al.: an object freed while in use",
        destroyed_while_held_wrong, destroyed_while_held_right,
        "PROVEN contract broken, at the call"},
};

}  // namespace

std::span<const Bug> locks() {
    return all;
}

}  // namespace bugs

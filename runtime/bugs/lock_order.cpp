// SPDX-License-Identifier: Apache-2.0
// Several locks, taken in orders that do not agree.
#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "weft/context.h"
#include "weft/event.h"
#include "weft/lock_all.h"
#include "weft/mutex.h"
#include "weft/scope.h"

#include "runtime/bugs/bug.h"

namespace bugs {
namespace {

/// Lets each that comes go on once all have come: only to make the bad moment certain.
class Meeting {
  public:
    explicit Meeting(int expected) : missing_(expected) {}
    void come() {
        {
            const std::lock_guard locked(mutex_);
            if (--missing_ == 0) all_here_.set();
        }
        all_here_.wait();
    }

  private:
    std::mutex mutex_;  // of no interest to the diagnosis
    int missing_;
    weft::Event all_here_{"all here"};
};

// A visit locks the patient and then the trial; a randomisation the other way round.
void two_locks_wrong() {
    weft::Mutex patient("patient");
    weft::Mutex trial("trial");
    Meeting meeting(2);
    weft::scope([&](weft::Scope& s) {
        s.go("visit", [&] {
            const std::lock_guard first(patient);
            meeting.come();
            const std::lock_guard second(trial);
        });
        s.go("randomise", [&] {
            const std::lock_guard first(trial);
            meeting.come();
            const std::lock_guard second(patient);
        });
    });
}
void two_locks_right() {
    weft::Mutex patient("patient");
    weft::Mutex trial("trial");
    weft::scope([&](weft::Scope& s) {
        for (const char* name : {"visit", "randomise"})
            s.go(name, [&] {
                const std::lock_guard first(trial);
                const std::lock_guard second(patient);
            });
    });
}

// Three departments, each of which wants the next one's file.
template <class Take>
void three_departments(Take take) {
    std::array<weft::Mutex, 3> files{weft::Mutex("lab"), weft::Mutex("imaging"),
                                     weft::Mutex("pharmacy")};
    Meeting meeting(3);
    weft::scope([&](weft::Scope& s) {
        for (std::size_t i = 0; i < 3; ++i)
            s.go("department", [&, i] { take(files[i], files[(i + 1) % 3], meeting); });
    });
}
void three_locks_wrong() {
    three_departments([](weft::Mutex& mine, weft::Mutex& next, Meeting& meeting) {
        const std::lock_guard first(mine);
        meeting.come();
        const std::lock_guard second(next);
    });
}
void three_locks_right() {
    three_departments([](weft::Mutex& mine, weft::Mutex& next, Meeting& meeting) {
        meeting.come();
        const auto both = weft::lock_all(mine, next);
    });
}

// Two objects of one class: a patient moves from A to B while another moves from B to A.
struct Site {
    weft::Mutex mutex{"site"};
    int patients = 5;
};
void move_wrong(Site& from, Site& to, Meeting& meeting) {
    const std::lock_guard first(from.mutex);
    meeting.come();
    const std::lock_guard second(to.mutex);
    --from.patients;
    ++to.patients;
}
void move_right(Site& from, Site& to, Meeting& meeting) {
    meeting.come();
    const auto both = weft::lock_all(from.mutex, to.mutex);
    --from.patients;
    ++to.patients;
}
template <class Move>
void move_both_ways(Move move) {
    const auto berlin = std::make_unique<Site>();
    const auto oslo = std::make_unique<Site>();
    Meeting meeting(2);
    weft::scope([&](weft::Scope& s) {
        s.go("to oslo", [&] { move(*berlin, *oslo, meeting); });
        s.go("to berlin", [&] { move(*oslo, *berlin, meeting); });
    });
}
void two_of_one_class_wrong() {
    move_both_ways(move_wrong);
}
void two_of_one_class_right() {
    move_both_ways(move_right);
}

// The listener runs under the publisher's lock and takes its own; to subscribe goes the other way.
class Reminders {
  public:
    void subscribe(std::function<void()> listener) {
        const std::lock_guard locked(mutex_);
        listeners_.push_back(std::move(listener));
    }
    void tell_locked() {
        const std::lock_guard locked(mutex_);
        for (const auto& listener : listeners_) listener();
    }
    void tell() {
        std::vector<std::function<void()>> told;
        {
            const std::lock_guard locked(mutex_);
            told = listeners_;
        }
        for (const auto& listener : told) listener();
    }

  private:
    weft::Mutex mutex_{"reminders"};
    std::vector<std::function<void()>> listeners_;
};

template <class Tell>
void subscribe_and_tell(Tell tell) {
    Reminders reminders;
    weft::Mutex page("page");
    const auto refresh = [&page] { const std::lock_guard locked(page); };
    reminders.subscribe(refresh);
    tell(reminders);
    const std::lock_guard locked(page);
    reminders.subscribe(refresh);  // the page registers itself while it is built
}
void order_through_callback_wrong() {
    subscribe_and_tell([](Reminders& reminders) { reminders.tell_locked(); });
}
void order_through_callback_right() {
    subscribe_and_tell([](Reminders& reminders) { reminders.tell(); });
}

// Both orders, at different times of the day: nothing hangs in the test.
void never_at_once_wrong() {
    weft::Mutex audit("audit");
    weft::Mutex trial("trial data");
    weft::scope([&](weft::Scope& s) {
        s.go("day", [&] {
             const std::lock_guard first(trial);
             const std::lock_guard second(audit);
         }).join();
        s.go("night", [&] {
             const std::lock_guard first(audit);
             const std::lock_guard second(trial);
         }).join();
    });
}
void never_at_once_right() {
    weft::Mutex audit("audit");
    weft::Mutex trial("trial data");
    weft::scope([&](weft::Scope& s) {
        s.go("day", [&] {
             const std::lock_guard first(trial);
             const std::lock_guard second(audit);
         }).join();
        s.go("night", [&] {
             {
                 const std::lock_guard alone(audit);
             }
             const std::lock_guard first(trial);
             const std::lock_guard second(audit);
         }).join();
    });
}

// The lock is let go and taken again in the middle, which turns the order round.
void retaken_in_the_middle_wrong() {
    weft::Mutex index("index");
    weft::Mutex store("store");
    std::unique_lock at_index(index);
    std::unique_lock at_store(store);
    at_index.unlock();  // for the long part
    at_index.lock();
}
void retaken_in_the_middle_right() {
    weft::Mutex index("index");
    weft::Mutex store("store");
    std::unique_lock at_index(index);
    std::unique_lock at_store(store);
    at_store.unlock();
    at_index.unlock();
    at_index.lock();
    at_store.lock();
}

// Who cannot have the second lock gives the first back and tries again at once, for ever: the one
// who has it waits for the end of that.
bool try_both(weft::Mutex& first, weft::Mutex& second) {
    const std::unique_lock one(first, std::try_to_lock);
    if (!one) return false;
    const std::unique_lock two(second, std::try_to_lock);
    return static_cast<bool>(two);
}
void again_and_again_wrong() {
    weft::Mutex patient("patient of both");
    weft::Mutex scanner("scanner of both");
    const std::lock_guard never_given_back(scanner);
    weft::scope([&](weft::Scope& s) {
        s.go("book", [&] {
            while (!try_both(patient, scanner)) weft::checkpoint();
        });
    });
}
void again_and_again_right() {
    weft::Mutex patient("patient of both");
    weft::Mutex scanner("scanner of both");
    weft::scope([&](weft::Scope& s) {
        s.go("book", [&] { const auto both = weft::lock_all(patient, scanner); });
    });
}

constexpr std::array all = {
    Bug{"two_locks", "AB-BA", "Lu et al.: two resources in two orders, most of their deadlocks",
        two_locks_wrong, two_locks_right, "PROVEN lock cycle, at the call"},
    Bug{"three_locks", "AB-BA over three locks", "Lu et al.: the few with more than two resources",
        three_locks_wrong, three_locks_right, "PROVEN lock cycle, at the call"},
    Bug{"two_of_one_class", "AB-BA of two objects of one class",
        "Lu et al.: transfer between two accounts", two_of_one_class_wrong, two_of_one_class_right,
        "PROVEN lock cycle, at the call"},
    Bug{"order_through_callback", "lock order", "GoBench: a listener called under a lock",
        order_through_callback_wrong, order_through_callback_right,
        "SMELL lock order, at the call"},
    Bug{"never_at_once", "lock order", "Lu et al.: needs a rare meeting; here it never comes",
        never_at_once_wrong, never_at_once_right, "SMELL lock order, at the call"},
    Bug{"retaken_in_the_middle", "lock order",
        "Lu et al.: the lock is let go for a long part and taken again",
        retaken_in_the_middle_wrong, retaken_in_the_middle_right, "SMELL lock order, at the call"},
    Bug{"again_and_again", "livelock", "Lu et al.: back off and try again, for ever",
        again_and_again_wrong, again_and_again_right, "not found",
        "nobody waits: it is busy, and try_lock names no order; a profile shows it"},
};

}  // namespace

std::span<const Bug> lock_order() {
    return all;
}

}  // namespace bugs

// SPDX-License-Identifier: Apache-2.0
// Read-write locks: a second read lock, an upgrade, readers that keep a writer out.
#include <array>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "weft/channel.h"
#include "weft/compat/mutex.h"
#include "weft/event.h"
#include "weft/mutex.h"
#include "weft/rw_mutex.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "runtime/bugs/bug.h"

using namespace std::chrono_literals;

namespace bugs {
namespace {

struct Protocol {
    weft::compat::RWMutex mutex{"protocol"};
    int arms = 2;
    int visits = 7;

    int visits_of_arm() {
        const std::shared_lock reading(mutex);
        return visits / arms;
    }
};

// A writer comes between the two read locks of one reader.
void recursive_read_wrong() {
    Protocol protocol;
    weft::scope([&](weft::Scope& s) {
        s.go("plan", [&] {
            protocol.mutex.rlock();
            weft::sleep(20ms);  // looks at the calendar
            (void)protocol.visits_of_arm();
            protocol.mutex.runlock();
        });
        s.go("amend", [&] {
            weft::sleep(5ms);
            const std::lock_guard writing(protocol.mutex);
            ++protocol.visits;
        });
    });
}
void recursive_read_right() {
    Protocol protocol;
    weft::scope([&](weft::Scope& s) {
        s.go("plan", [&] {
            protocol.mutex.rlock();
            protocol.mutex.runlock();
            (void)protocol.visits_of_arm();
        });
        s.go("amend", [&] {
            const std::lock_guard writing(protocol.mutex);
            ++protocol.visits;
        });
    });
}

// The same, and no writer is there that day.
void recursive_read_alone_wrong() {
    Protocol protocol;
    const std::shared_lock reading(protocol.mutex);
    (void)protocol.visits_of_arm();
}
void recursive_read_alone_right() {
    Protocol protocol;
    (void)protocol.visits_of_arm();
}

// The reader finds that something is missing and wants to write it at once.
void upgrade_wrong() {
    Protocol protocol;
    protocol.mutex.rlock();
    if (protocol.visits == 7) {
        protocol.mutex.lock();
        protocol.visits = 8;
        protocol.mutex.unlock();
    }
    protocol.mutex.runlock();
}
void upgrade_right() {
    Protocol protocol;
    protocol.mutex.rlock();
    const bool outdated = protocol.visits == 7;
    protocol.mutex.runlock();
    const std::lock_guard writing(protocol.mutex);
    if (outdated && protocol.visits == 7) protocol.visits = 8;
}

// The writer calls a function that reads.
void read_inside_write_wrong() {
    Protocol protocol;
    const std::lock_guard writing(protocol.mutex);
    protocol.visits = protocol.visits_of_arm();
}
void read_inside_write_right() {
    Protocol protocol;
    const int each = protocol.visits_of_arm();
    const std::lock_guard writing(protocol.mutex);
    protocol.visits = each;
}

// A reader keeps its lock while it waits for what only the writer will say.
void reader_waits_for_writer_wrong() {
    Protocol protocol;
    weft::Event amended("amended");
    weft::scope([&](weft::Scope& s) {
        s.go("watcher", [&] {
            const std::shared_lock reading(protocol.mutex);
            amended.wait();
        });
        s.go("amend", [&] {
            weft::sleep(5ms);
            const std::lock_guard writing(protocol.mutex);
            amended.set();
        });
    });
}
void reader_waits_for_writer_right() {
    Protocol protocol;
    weft::Event amended("amended");
    weft::scope([&](weft::Scope& s) {
        s.go("watcher", [&] {
            amended.wait();
            const std::shared_lock reading(protocol.mutex);
        });
        s.go("amend", [&] {
            const std::lock_guard writing(protocol.mutex);
            amended.set();
        });
    });
}

// Two locks, one of which is only read: the order counts all the same.
void read_and_write_order_wrong() {
    weft::RWMutex roles("roles");
    weft::Mutex sessions("sessions");
    weft::Event has_roles;
    weft::Event has_sessions;
    weft::scope([&](weft::Scope& s) {
        s.go("sign in", [&] {
            const std::shared_lock reading(roles);
            has_roles.set();
            has_sessions.wait();
            const std::lock_guard locked(sessions);
        });
        s.go("revoke", [&] {
            const std::lock_guard locked(sessions);
            has_sessions.set();
            has_roles.wait();
            const std::lock_guard writing(roles);
        });
    });
}
void read_and_write_order_right() {
    weft::RWMutex roles("roles");
    weft::Mutex sessions("sessions");
    weft::scope([&](weft::Scope& s) {
        s.go("sign in", [&] {
            const std::shared_lock reading(roles);
            const std::lock_guard locked(sessions);
        });
        s.go("revoke", [&] {
            const std::lock_guard writing(roles);
            const std::lock_guard locked(sessions);
        });
    });
}

// A read lock that an early return has kept: writers wait for a reader who is gone.
bool is_blinded_wrong(Protocol& protocol) {
    protocol.mutex.rlock();
    if (protocol.arms == 2) return true;
    protocol.mutex.runlock();
    return false;
}
bool is_blinded_right(Protocol& protocol) {
    const std::shared_lock reading(protocol.mutex);
    return protocol.arms == 2;
}
template <class IsBlinded>
void ask_and_amend(IsBlinded is_blinded) {
    Protocol protocol;
    (void)is_blinded(protocol);
    const std::lock_guard writing(protocol.mutex);
    ++protocol.visits;
}
void read_lock_kept_wrong() {
    ask_and_amend(is_blinded_wrong);
}
void read_lock_kept_right() {
    ask_and_amend(is_blinded_right);
}

// The lock is taken for reading and given back as if for writing.
void unlock_of_other_side_wrong() {
    Protocol protocol;
    protocol.mutex.rlock();
    protocol.mutex.unlock();
}
void unlock_of_other_side_right() {
    Protocol protocol;
    protocol.mutex.rlock();
    protocol.mutex.runlock();
}

constexpr std::array all = {
    Bug{"recursive_read", "recursive read lock",
        "Go study: RLock inside RLock with a writer between, Go's own trap", recursive_read_wrong,
        recursive_read_right, "PROVEN contract broken, at the call"},
    Bug{"recursive_read_alone", "recursive read lock", "Go study: the same where no writer came",
        recursive_read_alone_wrong, recursive_read_alone_right, "not found",
        "without a writer that waits it is harmless; reported the first time one does"},
    Bug{"upgrade", "upgrade of a read lock", "Lu et al.: a reader that wants to write",
        upgrade_wrong, upgrade_right, "PROVEN contract broken, at the call"},
    Bug{"read_inside_write", "double lock", "GoBench: RLock under Lock of the same lock",
        read_inside_write_wrong, read_inside_write_right, "PROVEN contract broken, at the call"},
    Bug{"reader_waits_for_writer", "event with a lock held",
        "Go study: a condition awaited under the lock that its maker needs",
        reader_waits_for_writer_wrong, reader_waits_for_writer_right, "LIKELY stuck, background"},
    Bug{"read_and_write_order", "AB-BA", "GoBench: Mutex and RWMutex in two orders",
        read_and_write_order_wrong, read_and_write_order_right, "PROVEN lock cycle, at the call"},
    Bug{"read_lock_kept", "missing unlock", "GCatch: RLock without RUnlock on an early return",
        read_lock_kept_wrong, read_lock_kept_right, "PROVEN contract broken, at the call"},
    Bug{"unlock_of_other_side", "unlock by a stranger", "Go programs: Unlock after RLock",
        unlock_of_other_side_wrong, unlock_of_other_side_right,
        "PROVEN contract broken, at the call"},
};

}  // namespace

std::span<const Bug> rw_locks() {
    return all;
}

}  // namespace bugs

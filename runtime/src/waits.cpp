// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/waits.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "runtime/src/goroutine.h"
#include "runtime/src/permit_holders.h"

namespace weft::inline abi1::detail {

namespace {
bool all_parked(const Circle& circle) noexcept {
    return !circle.empty() && std::all_of(circle.begin(), circle.end(),
                                          [](const WaitView& one) { return one.parked; });
}
}  // namespace

Waits::Waits(Which which) {
    struct Look {
        Waits* waits;
        bool locks_matter;
        bool wants(WaitKind kind, const HeldLocks& held) const noexcept {
            return names_its_peers(kind) || (locks_matter && held.count != 0) ||
                   (!locks_matter && kind == WaitKind::semaphore);
        }
    } look{this, which == Which::also_with_locks_held};
    each_goroutine(
        [](Goroutine* g, void* arg) {
            const Look& my = *static_cast<Look*>(arg);
            // A glimpse first: who runs meanwhile is seen by the next look.
            if (!is_waiting(g)) {
                if (my.locks_matter) my.waits->glimpse_at(g);
                return;
            }
            if (!my.wants(g->begun.note.kind, g->ambient.held)) return;
            if (const auto seen = view(g); seen && my.wants(seen->kind, seen->held))
                my.waits->add(*seen);
        },
        &look);
    find_who_acts_on_what();
}

void Waits::add(const WaitView& seen) {
    index_[seen.goroutine] = all_.size();
    all_.push_back(seen);
}

void Waits::glimpse_at(Goroutine* running) {
    const HeldLocks held = running->ambient.held;
    if (held.count != 0 && running->life.load(std::memory_order_acquire) == Life::alive)
        running_.push_back({running, held});
}

void Waits::find_who_acts_on_what() {
    for (std::size_t i = 0; i < all_.size(); ++i) {
        const WaitView& one = all_[i];
        const auto recorded = std::min(one.held.count, HeldLocks::recorded);
        for (std::uint32_t k = 0; k < recorded; ++k) acting_[one.held.locks[k]].push_back(i);
        for (const void* group : one.belongs)
            if (group != nullptr) acting_[group].push_back(i);
        if (one.kind == WaitKind::write_lock) acting_[one.object].push_back(i);
    }
}

const WaitView* Waits::of(const Goroutine* goroutine) const {
    const auto at = index_.find(goroutine);
    return at == index_.end() ? nullptr : &all_[at->second];
}

std::vector<const WaitView*> Waits::holders_of(const void* lock) const {
    std::vector<const WaitView*> found;
    const auto acting = acting_.find(lock);
    if (acting == acting_.end()) return found;
    for (const std::size_t i : acting->second)
        if (all_[i].object != lock) found.push_back(&all_[i]);
    return found;
}

bool seems_to_hold(const Goroutine* goroutine, const void* lock) noexcept {
    const HeldLocks held = goroutine->ambient.held;
    return goroutine->life.load(std::memory_order_acquire) == Life::alive && has(held, lock);
}

std::vector<Goroutine*> Waits::running_holders_of(const void* lock) const {
    std::vector<Goroutine*> found;
    for (const Runner& one : running_)
        if (has(one.held, lock)) found.push_back(one.goroutine);
    return found;
}

void Waits::add_if_there(const Goroutine* holder, Places& places) const {
    const auto at = index_.find(holder);
    if (at != index_.end()) places.push_back(at->second);
}

// Each of them must act before the wait can end; but for permits, where one is enough.
Waits::Places Waits::peers(const WaitView& waits, Through through) const {
    Places found;
    if (waits.kind == WaitKind::semaphore) {
        if (through == Through::permits_too)
            for (const Goroutine* holder : permit_holders(waits)) add_if_there(holder, found);
        return found;
    }
    if (waits.holder != nullptr) {
        add_if_there(waits.holder, found);
        return found;
    }
    const auto acting = acting_.find(waits.object);
    if (acting == acting_.end()) return found;
    for (const std::size_t i : acting->second)
        if (must_act(all_[i], waits)) found.push_back(i);
    return found;
}

Circle Waits::circle_through(const Goroutine* from, Through through) const {
    const auto at = index_.find(from);
    return at == index_.end() ? Circle{} : shortest(at->second, through);
}

// Breadth first, so that the circle is as short as can be. All that wait for the same ones at the
// same object are one wait in this: whom the first of them has led to is known.
Circle Waits::shortest(std::size_t from, Through through) const {
    std::set<Group> passed;
    std::vector<std::size_t> came_from(all_.size(), all_.size());
    Places queue{from};
    for (std::size_t next = 0; next < queue.size(); ++next) {
        const WaitView& waits = all_[queue[next]];
        if (waits.holder == nullptr && !passed.insert(group_of(waits)).second) continue;
        for (const std::size_t peer : peers(waits, through)) {
            if (came_from[peer] != all_.size()) continue;
            came_from[peer] = queue[next];
            if (peer != from) {
                queue.push_back(peer);
                continue;
            }
            Circle circle;
            std::size_t at = from;
            do {
                circle.push_back(all_[at]);
                at = came_from[at];
            } while (at != from);
            std::reverse(circle.begin() + 1, circle.end());
            return circle;
        }
    }
    return {};
}

// By place; behind the waits stands one for each group, through which its waits lead to their
// peers: with many on either side of an RWMutex the edges would be too many.
std::vector<Waits::Places> Waits::edges_among_parked() const {
    std::vector<Places> edges(all_.size());
    std::map<Group, std::size_t> groups;
    const auto parked_peers = [this](const WaitView& waits) {
        Places found = peers(waits, Through::holders);
        std::erase_if(found, [this](std::size_t peer) { return !all_[peer].parked; });
        return found;
    };
    for (std::size_t i = 0; i < all_.size(); ++i) {
        const WaitView& one = all_[i];
        if (!one.parked) continue;
        if (one.holder != nullptr) {
            edges[i] = parked_peers(one);
        } else if (names_its_peers(one.kind)) {
            const auto [group, is_new] = groups.try_emplace(group_of(one), edges.size());
            if (is_new) edges.push_back(parked_peers(one));
            edges[i].push_back(group->second);
        }
    }
    return edges;
}

// Who waits for nobody that waits is taken away, and then who waited only for those, and so on:
// from each that is left every way leads into a circle.
std::vector<std::size_t> Waits::ways_into_circles(const std::vector<Places>& edges) {
    std::vector<Places> waited_by(edges.size());
    std::vector<std::size_t> ways(edges.size());
    Places away;
    for (std::size_t i = 0; i < edges.size(); ++i) {
        ways[i] = edges[i].size();
        for (const std::size_t peer : edges[i]) waited_by[peer].push_back(i);
        if (ways[i] == 0) away.push_back(i);
    }
    for (std::size_t next = 0; next < away.size(); ++next)
        for (const std::size_t i : waited_by[away[next]])
            if (--ways[i] == 0) away.push_back(i);
    return ways;
}

std::vector<Circle> Waits::circles() const {
    const std::vector<Places> edges = edges_among_parked();
    const std::vector<std::size_t> ways = ways_into_circles(edges);
    const auto next_of = [&](std::size_t at) {
        return *std::find_if(edges[at].begin(), edges[at].end(),
                             [&](std::size_t peer) { return ways[peer] != 0; });
    };
    std::vector<Circle> found;
    std::vector<std::size_t> walked_from(edges.size(), edges.size());
    for (std::size_t i = 0; i < all_.size(); ++i) {
        if (ways[i] == 0) continue;
        std::size_t at = i;
        while (walked_from[at] == edges.size()) {
            walked_from[at] = i;
            at = next_of(at);
        }
        if (walked_from[at] != i) continue;  // it came into the way of one before
        if (at >= all_.size()) at = next_of(at);
        if (Circle circle = shortest(at, Through::holders); all_parked(circle))
            found.push_back(std::move(circle));
    }
    return found;
}

}  // namespace weft::inline abi1::detail

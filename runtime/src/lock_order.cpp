// SPDX-License-Identifier: Apache-2.0
// The order in which locks are taken, as a graph: an edge says that one was taken while the other
// was held. Two ways round between the same locks are a deadlock that has not happened yet.
//
// A node is a kind of lock: all of one name that are made in one function; without a name, all that
// are made at one place (and, in a template, for one type). Of locks of one kind, nested in each
// other, the nodes are the locks themselves. Where a third lock is held around both orders (a gate)
// they cannot meet; an edge knows the gates that it has always had.
//
// Who holds nothing pays nothing. Who does looks the edge up in a table without a lock; only what
// is not found there comes to the graph.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "weft/detail/held_locks.h"
#include "weft/report.h"

#include "runtime/src/diagnosing.h"
#include "runtime/src/goroutine.h"
#include "runtime/src/report.h"
#include "runtime/src/symbolize.h"

namespace weft::inline abi1::detail {
namespace {

using Node = std::uint32_t;
constexpr Node one_lock = 0x8000'0000;        // the node is a lock, not a kind of lock
constexpr std::size_t lock_edges_max = 4096;  // between single locks: they come and go
constexpr std::size_t circle_max = 6;

struct Edge {
    Node from = 0;
    Node to = 0;
    std::vector<std::uint32_t> gates;  // the numbers of locks held around it every time
    bool said = false;
    std::uint64_t goroutine = 0;
    std::string goroutine_name;
    std::source_location started_at;
    std::source_location where;
    ReportedObject outer;
    ReportedObject inner;
    std::uint32_t outer_number = 0;
    std::uint32_t inner_number = 0;
    Frames frames;
};

// Edges that need no second look: they are known, with these gates or fewer.
std::array<std::atomic<std::uint64_t>, 4096> known{};

std::uint64_t mixed(std::uint64_t a, std::uint64_t b) noexcept {
    std::uint64_t x =
        (a ^ (b + 0x9e37'79b9'7f4a'7c15ULL + (a << 6) + (a >> 2))) * 0xff51'afd7'ed55'8ccdULL;
    return x ^ (x >> 32);
}

std::atomic<std::uint64_t>& place_of(std::uint64_t key) noexcept {
    return known[mixed(key, 1) % known.size()];
}

/// Locks that a template of weft or of the library made: the place says nothing about their use.
bool is_made_for_others(const std::source_location& made_at) noexcept {
    return std::strstr(made_at.file_name(), "include/weft/") != nullptr ||
           std::strstr(made_at.file_name(), "/include/c++/") != nullptr;
}

bool disjoint(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
    return std::none_of(a.begin(), a.end(), [&](std::uint32_t one) {
        return std::find(b.begin(), b.end(), one) != b.end();
    });
}

class Graph {
  public:
    std::mutex mutex;

    Node kind_of(const LockTag& lock) {
        const auto& at = lock.made_at();
        // A member's place is that of its owner's constructor: it is the name that tells members
        // apart.
        Kind kind{at.file_name(), at.line(), at.column(), at.function_name()};
        if (lock.name() != nullptr)
            kind = {at.file_name(), 0, 0, std::string(at.function_name()) + ' ' + lock.name()};
        const auto [found, is_new] =
            kinds_.try_emplace(std::move(kind), static_cast<Node>(kinds_.size() + 1));
        return found->second;
    }
    std::uint32_t number() noexcept { return ++numbers_; }

    /// The edge, and whether there is anything new about it.
    std::pair<Edge*, bool> note(Node from, Node to, std::vector<std::uint32_t> gates) {
        const auto [found, is_new] = edges_.try_emplace({from, to});
        Edge& edge = found->second;
        if (is_new) {
            edge.from = from;
            edge.to = to;
            edge.gates = std::move(gates);
            if ((from & one_lock) != 0) forget_one_for({from, to});
            return {&edge, true};
        }
        const auto before = edge.gates.size();
        std::erase_if(edge.gates, [&](std::uint32_t gate) {
            return std::find(gates.begin(), gates.end(), gate) == gates.end();
        });
        return {&edge, edge.gates.size() != before};
    }

    /// The edges that lead back from the end of `closing` to its beginning and can meet with it.
    std::vector<Edge*> way_back(Edge& closing) {
        std::vector<Edge*> way{&closing};
        return extend(way, closing.from) ? way : std::vector<Edge*>{};
    }

  private:
    using Kind = std::tuple<std::string, unsigned, unsigned, std::string>;

    bool extend(std::vector<Edge*>& way, Node goal) {
        if (way.size() == circle_max) return false;
        const Node from = way.back()->to;
        for (auto at = edges_.lower_bound({from, 0}); at != edges_.end() && at->first.first == from;
             ++at) {
            Edge& next = at->second;
            const bool fits = std::all_of(way.begin(), way.end(), [&](const Edge* one) {
                return one != &next && disjoint(one->gates, next.gates);
            });
            if (!fits || !same_locks(*way.back(), next)) continue;
            way.push_back(&next);
            if (next.to == goal ? same_locks(next, *way.front()) : extend(way, goal)) return true;
            way.pop_back();
        }
        return false;
    }

    // Where the kind says nothing, the lock in the middle must be the same.
    static bool same_locks(const Edge& before, const Edge& after) {
        return before.inner_number == after.outer_number ||
               !is_made_for_others(before.inner.made_at);
    }

    void forget_one_for(std::pair<Node, Node> newest) {
        lock_edges_.push_back(newest);
        if (lock_edges_.size() <= lock_edges_max) return;
        edges_.erase(lock_edges_.front());
        lock_edges_.pop_front();
    }

    std::map<Kind, Node> kinds_;
    std::map<std::pair<Node, Node>, Edge> edges_;
    std::deque<std::pair<Node, Node>> lock_edges_;
    std::uint32_t numbers_ = 0;
};

Graph& graph() noexcept {
    static Graph* one = new Graph;  // never destroyed: static locks may be taken until the end
    return *one;
}

void give_numbers(const LockTag& lock) {
    LockOrder& order = lock.order();
    if (order.number.load(std::memory_order_relaxed) != 0) return;
    order.kind.store(graph().kind_of(lock), std::memory_order_relaxed);
    order.number.store(graph().number(), std::memory_order_release);
}

std::pair<Node, Node> nodes(const LockTag& outer, const LockTag& inner) noexcept {
    const Node from = outer.order().kind.load(std::memory_order_relaxed);
    const Node to = inner.order().kind.load(std::memory_order_relaxed);
    if (from != to) return {from, to};
    return {outer.order().number.load(std::memory_order_relaxed) | one_lock,
            inner.order().number.load(std::memory_order_relaxed) | one_lock};
}

std::uint32_t recorded(const HeldLocks& held) noexcept {
    std::uint32_t known = 0;
    while (known < held.count && known < HeldLocks::recorded && held.locks[known] != nullptr)
        ++known;
    return known;
}

/// 0: not all of them have been asked for before.
std::uint64_t key_of(const HeldLocks& held, std::uint32_t outer, const LockTag& inner) noexcept {
    if (inner.order().number.load(std::memory_order_acquire) == 0) return 0;
    std::uint64_t key = 0;
    for (std::uint32_t i = 0; i < recorded(held); ++i) {
        const std::uint32_t number = held.locks[i]->order().number.load(std::memory_order_acquire);
        if (number == 0) return 0;
        if (i != outer) key = mixed(key, number);
    }
    const auto [from, to] = nodes(*held.locks[outer], inner);
    return mixed(key, std::uint64_t{from} << 32 | to) | 1;
}

std::vector<std::uint32_t> gates_around(const HeldLocks& held, std::uint32_t outer) {
    std::vector<std::uint32_t> gates;
    for (std::uint32_t i = 0; i < recorded(held); ++i)
        if (i != outer && held.locks[i]->excludes_all())
            gates.push_back(held.locks[i]->order().number.load(std::memory_order_relaxed));
    return gates;
}

void sign(Edge& edge, const Goroutine& me, const LockTag& outer, const LockTag& inner,
          const std::source_location& where) {
    edge.goroutine = me.id;
    edge.goroutine_name = me.name != nullptr ? me.name : "";
    edge.started_at = me.spawned_at;
    edge.where = where;
    edge.outer = reported(outer);
    edge.inner = reported(inner);
    edge.outer_number = outer.order().number.load(std::memory_order_relaxed);
    edge.inner_number = inner.order().number.load(std::memory_order_relaxed);
    capture_here(edge.frames);
}

ReportedGoroutine seen_at(const Edge& edge) {
    ReportedGoroutine one;
    one.id = edge.goroutine;
    one.name = edge.goroutine_name;
    one.state = "took " + label(edge.inner);
    one.waits_at = edge.where;
    one.waits_since = Duration(-1);  // it does not wait there, nor did it
    one.started_at = edge.started_at;
    one.holds = {edge.outer};
    one.stack = resolve(edge.frames);
    return one;
}

Report report_of(const std::vector<Edge>& circle) {
    Report report;
    report.certainty = Certainty::smell;
    report.finding = Finding::lock_order;
    report.where = circle.front().where;
    for (const Edge& edge : circle) {
        report.goroutines.push_back(seen_at(edge));
        const ReportedGoroutine& who = report.goroutines.back();
        if (!report.sentence.empty()) report.sentence += ", ";
        report.sentence += label(who) + " takes " + label(edge.inner) + " while it holds " +
                           label(edge.outer) + " (" + line_of(who) + ")";
    }
    report.sentence += ": when they do this at once they wait for each other for ever";
    return report;
}

// Under the graph's mutex. What has to be said, if anything.
std::optional<Report> learn(const Goroutine& me, const HeldLocks& held, std::uint32_t at,
                            const LockTag& inner, const std::source_location& where) {
    for (std::uint32_t i = 0; i < recorded(held); ++i) give_numbers(*held.locks[i]);
    give_numbers(inner);
    const LockTag& outer = *held.locks[at];
    const auto [from, to] = nodes(outer, inner);
    const auto [edge, is_new] = graph().note(from, to, gates_around(held, at));
    const std::uint64_t key = key_of(held, at, inner);
    place_of(key).store(key, std::memory_order_relaxed);
    if (!is_new || edge->said) return std::nullopt;
    sign(*edge, me, outer, inner, where);
    const std::vector<Edge*> way = graph().way_back(*edge);
    if (way.empty()) return std::nullopt;
    std::vector<Edge> circle;
    for (Edge* one : way) {
        one->said = true;
        circle.push_back(*one);
    }
    return report_of(circle);
}

}  // namespace

void check_order(Goroutine* me, const LockTag& lock, std::source_location where) noexcept {
    if (!is_diagnosing()) return;
    const HeldLocks& held = ambient(me).held;
    for (std::uint32_t i = 0; i < recorded(held) && i < held.unordered_from; ++i) {
        if (held.locks[i] == &lock) return;  // misuse, or about to be
        const std::uint64_t key = key_of(held, i, lock);
        if (key != 0 && place_of(key).load(std::memory_order_relaxed) == key) [[likely]]
            continue;
        std::optional<Report> report;
        {
            const std::lock_guard guard(graph().mutex);
            report = learn(*me, held, i, lock, where);
        }
        if (report) tell(*report);
    }
}

}  // namespace weft::inline abi1::detail

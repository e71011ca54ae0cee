// SPDX-License-Identifier: Apache-2.0
// The live ones are found by spreading from those that do not wait (the liveness analysis of Saioc,
// Chabbi and others, "Dynamic Partial Deadlock Detection and Recovery via Garbage Collection", with
// the places of ends instead of a collector's marks).
#include "runtime/src/liveness.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>
#include <utility>

#include "weft/detail/channel_core.h"
#include "weft/detail/other_side.h"
#include "weft/wait_group.h"

#include "runtime/src/goroutine.h"
#include "runtime/src/lineage.h"
#include "runtime/src/report.h"

namespace weft::inline abi1::detail {

struct TokenAccess {
    static const Ends& tokens_of(const void* group) noexcept {
        return static_cast<const WaitGroup*>(group)->tokens_;
    }
};

namespace {

using Place = std::size_t;  // among the nodes
constexpr Place nowhere = SIZE_MAX;

/// Where the ends lie that could end a wait, read while the waiter was held still.
struct Reach {
    static constexpr std::size_t most = 64;
    std::array<const void*, most> at;
    std::size_t count = 0;
    const char* handle = nullptr;  // what lies there, where that is no Sender or Receiver
    bool anybody = false;  // could end it: it is about to end, or there are too many to look at

    void add(const void* address) noexcept {
        if (count == most)
            anybody = true;
        else
            at[count++] = address;
    }
};

struct Node : Seen {
    std::uint64_t parent = 0;
    const void* owner = nullptr;
    std::vector<Place> lets_go;          // who waits for it among others, and for all of them
    std::vector<Place> frame_watchers;   // who can be let go by anybody that can use its frame
    std::vector<Place> frame_needed_by;  // and who among others needs that somebody can
    std::vector<Place> tokens;           // of a group it waits for: in whose frame each lies
    std::size_t missing = 0;             // of those it waits for: not live
    std::size_t ends = 0;
    const char* handle = nullptr;
    bool frame_in_use = false;  // by itself or a descendant, live
};

bool ends_by_one_of_several(WaitKind kind) noexcept {
    switch (kind) {
        case WaitKind::send:
        case WaitKind::receive:
        case WaitKind::select:
        case WaitKind::event:
        case WaitKind::cond:
        case WaitKind::semaphore:
        case WaitKind::counted_group:
            return true;
        default:
            return false;
    }
}

bool is_for_a_lock(WaitKind kind) noexcept {
    return kind == WaitKind::mutex || kind == WaitKind::read_lock || kind == WaitKind::write_lock;
}

bool is_at_a_channel(WaitKind kind) noexcept {
    return kind == WaitKind::send || kind == WaitKind::receive || kind == WaitKind::select;
}

void see_channel(const ChannelCore& channel, Side side, void* arg) {
    auto& reach = *static_cast<Reach*>(arg);
    reach.anybody |= channel.lets_go(side);
    const auto before = reach.count;
    const OtherSide* there = channel.other_side();
    if (there == nullptr) {
        channel.ends(other(side)).each([&reach](const void* at) { reach.add(at); });
        reach.anybody |= reach.count == before;  // the last is just going, or coming
        return;
    }
    reach.handle = there->handle;
    for (; there != nullptr; there = there->behind.get()) {
        reach.anybody |= there->acts_itself.load(std::memory_order_relaxed);
        there->handles.each([&reach](const void* at) { reach.add(at); });
    }
}

// Nothing: it waits no longer as it did.
std::optional<Reach> reach_of(const WaitView& waits) {
    Reach reach;
    if (!hold_wait(waits.goroutine)) return std::nullopt;
    const auto word = waits.goroutine->wake.load(std::memory_order_acquire);
    const bool same = sequence_of(word) == waits.sequence;
    if (same) {
        if (is_at_a_channel(waits.kind))
            each_awaited(waits.kind, waits.object, see_channel, &reach);
        else if (waits.kind == WaitKind::wait_group)
            TokenAccess::tokens_of(waits.object).each([&](const void* at) { reach.add(at); });
        else
            reach.add(waits.object);  // the thing itself lies somewhere
    }
    end_inspection(waits.goroutine);
    if (!same) return std::nullopt;
    return reach;
}

class Liveness {
  public:
    Liveness() {
        each_goroutine([](Goroutine* g, void* me) { static_cast<Liveness*>(me)->meet(g); }, this);
        std::sort(frames_.begin(), frames_.end());
        note_who_acts_on_what();
        for (Place i = 0; i < nodes_.size(); ++i) begin_with(i);
        spread();
    }

    Hanging hanging() const {
        Hanging found;
        for (const Node& node : nodes_) {
            if (node.live) continue;
            found.all.insert(node.goroutine);
            if (ends_by_one_of_several(node.waits.kind))
                found.stuck.push_back(stuck_at_ends(node));
            else if (auto kept = kept_tokens(node); !kept.empty())
                found.stuck.push_back(stuck_at_tokens(node, std::move(kept)));
        }
        return found;
    }

    std::vector<Seen> seen() { return {nodes_.begin(), nodes_.end()}; }

  private:
    struct Frame {
        const std::byte* low;
        const std::byte* end;
        Place node;
        bool operator<(const Frame& other) const noexcept { return low < other.low; }
    };

    Stuck stuck_at_ends(const Node& node) const {
        Stuck one{node.waits, {}, node.ends, node.handle, {}};
        for (const Place holder : node.could_end) one.holders.push_back(nodes_[holder].waits);
        const auto waits_for_a_lock = [this](Place waiter) {
            return is_for_a_lock(nodes_[waiter].waits.kind);
        };
        const auto first = std::find_if(node.lets_go.begin(), node.lets_go.end(), waits_for_a_lock);
        if (first != node.lets_go.end()) one.kept_out.push_back(nodes_[*first].waits);
        return one;
    }

    // Only those tokens are to blame that nobody can drop.
    std::vector<Place> kept_tokens(const Node& node) const {
        std::vector<Place> kept = node.tokens;
        std::erase_if(kept, [this](Place holder) { return nodes_[holder].frame_in_use; });
        return kept;
    }
    Stuck stuck_at_tokens(const Node& node, std::vector<Place> kept) const {
        Stuck one{node.waits, {}, kept.size(), "Token", {}};
        std::sort(kept.begin(), kept.end());
        kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
        for (const Place holder : kept) one.holders.push_back(nodes_[holder].waits);
        return one;
    }

    // A plain thread is left out: it may do anything, and what lies on its stack is anybody's.
    void meet(Goroutine* g) {
        const Life life = g->life.load(std::memory_order_acquire);
        if (life == Life::free || g->thread != nullptr) return;
        Node node;
        node.goroutine = g;
        node.id = g->id;
        node.name = g->name;
        node.started_at = g->spawned_at;
        node.is_fresh = life == Life::fresh;
        node.parent = g->parent();
        if (life == Life::alive) {
            node.owner = g->begun.owner;
            if (const auto seen = view(g)) {
                node.waits = *seen;
                node.is_waiting = true;
            }
            note_frame_of(g, node.id);
        }
        by_id_[node.id] = nodes_.size();
        by_goroutine_[g] = nodes_.size();
        nodes_.push_back(std::move(node));
    }

    // Its stack, and what it captured if that was too large to lie there. A block that has come to
    // be another goroutine's meanwhile could say anything of the latter.
    void note_frame_of(const Goroutine* g, std::uint64_t id) {
        if (g->stack.low != nullptr) note_frame(g->stack.low, g->stack.bytes);
        const auto* const far = static_cast<const std::byte*>(g->begun.far_closure);
        const std::size_t bytes = g->far_closure_bytes;
        if (is_still(g, id, Life::alive) && far != nullptr) note_frame(far, bytes);
    }
    void note_frame(const std::byte* low, std::size_t bytes) {
        frames_.push_back({low, low + bytes, nodes_.size()});
    }

    void note_who_acts_on_what() {
        for (Place i = 0; i < nodes_.size(); ++i) {
            if (!nodes_[i].is_waiting) continue;
            const WaitView& waits = nodes_[i].waits;
            const auto known = std::min(waits.held.count, HeldLocks::recorded);
            for (std::uint32_t k = 0; k < known; ++k) acting_[waits.held.locks[k]].push_back(i);
            for (const void* group : waits.belongs)
                if (group != nullptr) acting_[group].push_back(i);
            if (waits.kind == WaitKind::write_lock) acting_[waits.object].push_back(i);
        }
    }

    Place whose_frame(const void* address) const {
        const auto* at = static_cast<const std::byte*>(address);
        auto after = std::upper_bound(frames_.begin(), frames_.end(), Frame{at, at, 0});
        if (after == frames_.begin()) return nowhere;
        --after;
        return at < after->end ? after->node : nowhere;
    }

    void begin_with(Place i) {
        Node& node = nodes_[i];
        node.anybody = !node.is_waiting || !node.waits.parked || node.waits.ends_by_itself;
        if (node.is_waiting && ends_by_one_of_several(node.waits.kind))
            find_ends(i);
        else if (node.is_waiting && names_its_peers(node.waits.kind))
            find_peers(i);
        else
            node.anybody = true;
        if (node.anybody) go_on(i);
    }

    void find_ends(Place i) {
        Node& node = nodes_[i];
        const auto reach = reach_of(node.waits);
        if (!reach || reach->anybody) {
            node.anybody = true;
            return;
        }
        node.ends = reach->count;
        node.handle = reach->handle;
        bool somebody_runs = false;
        for (std::size_t k = 0; k < reach->count; ++k) {
            const Place holder = whose_frame(reach->at[k]);
            if (holder == nowhere) {
                node.anybody = true;
                continue;
            }
            somebody_runs |= !nodes_[holder].is_waiting;
            auto& known = node.could_end;
            if (std::find(known.begin(), known.end(), holder) != known.end()) continue;
            known.push_back(holder);
            nodes_[holder].frame_watchers.push_back(i);
        }
        if (somebody_runs) go_on(i);
    }

    // All of them must act; those that do not wait will.
    void find_peers(Place i) {
        Node& node = nodes_[i];
        const WaitView& waits = node.waits;
        if (waits.holder != nullptr) {
            const auto at = by_goroutine_.find(waits.holder);
            if (at != by_goroutine_.end()) node.could_end.push_back(at->second);
        } else if (const auto acting = acting_.find(waits.object); acting != acting_.end()) {
            for (const Place peer : acting->second)
                if (must_act(nodes_[peer].waits, waits)) node.could_end.push_back(peer);
        }
        for (const Place peer : node.could_end)
            if (!nodes_[peer].live) {
                nodes_[peer].lets_go.push_back(i);
                ++node.missing;
            }
        if (waits.kind == WaitKind::wait_group) find_tokens(i);
        if (node.missing == 0) go_on(i);
    }

    // Each must be dropped; one that lies in no frame may be dropped by anybody.
    void find_tokens(Place i) {
        Node& node = nodes_[i];
        const auto reach = reach_of(node.waits);
        if (!reach || reach->anybody) {
            node.anybody = true;
            return;
        }
        for (std::size_t k = 0; k < reach->count; ++k) {
            const Place holder = whose_frame(reach->at[k]);
            if (holder == nowhere) continue;
            node.tokens.push_back(holder);
            auto& needing = nodes_[holder].frame_needed_by;
            if (!needing.empty() && needing.back() == i) continue;
            needing.push_back(i);
            ++node.missing;
            if (std::find(node.could_end.begin(), node.could_end.end(), holder) ==
                node.could_end.end())
                node.could_end.push_back(holder);
        }
    }

    void go_on(Place i) {
        if (std::exchange(nodes_[i].live, true)) return;
        live_.push_back(i);
    }

    void spread() {
        for (std::size_t next = 0; next < live_.size(); ++next) {
            const Place i = live_[next];
            for (const Place waiter : nodes_[i].lets_go)
                if (--nodes_[waiter].missing == 0) go_on(waiter);
            uses_frames(i);
        }
    }

    // Its own and those of all from whom it descends, who may have handed it a reference, and of
    // whoever waits for its end. Once its parent is gone only the latter are known; where nobody
    // waits, it remembers its ancestors; if not all of them, that could be anybody.
    void uses_frames(Place from) {
        std::vector<Place> up{from};
        while (!up.empty()) {
            Node& node = nodes_[up.back()];
            up.pop_back();
            if (std::exchange(node.frame_in_use, true)) continue;
            for (const Place waiter : node.frame_watchers) go_on(waiter);
            for (const Place waiter : node.frame_needed_by)
                if (--nodes_[waiter].missing == 0) go_on(waiter);
            const Place owner = whose_frame(node.owner);
            if (owner != nowhere) up.push_back(owner);
            const auto parent = by_id_.find(node.parent);
            if (parent != by_id_.end())
                up.push_back(parent->second);
            else if (owner == nowhere && !anybody_ && !find_ancestors(node, up))
                anybody_ = true;
            if (anybody_ && !std::exchange(all_in_use_, true))
                for (Place i = 0; i < nodes_.size(); ++i) up.push_back(i);
        }
    }

    bool add_if_there(std::uint64_t id, std::vector<Place>& places) const {
        const auto at = by_id_.find(id);
        if (at != by_id_.end()) places.push_back(at->second);
        return at != by_id_.end();
    }

    // Whoever started an orphan could hand on what it had been handed itself, by its own parent or
    // through the owner whose task it was, but no more: references to other frames are made only by
    // those in whose frames they point. So each of the ancestors counts as if it lived, as far as
    // anybody is left who has known it; frames that are gone hold nothing any more. An owner's
    // address that has come to be in another's frame meanwhile adds that one.
    bool find_ancestors(const Node& orphan, std::vector<Place>& up) const {
        const auto lineage = lineage_of(orphan.goroutine, orphan.id);
        if (!lineage || !lineage->is_whole) return false;
        bool last_is_known = false;
        for (const Ancestor& one : lineage->ancestors) {
            const Place owner = whose_frame(one.owner);
            const bool lives = add_if_there(one.id, up);
            const bool parent_lives = add_if_there(one.parent, up);
            if (owner != nowhere) up.push_back(owner);
            last_is_known = lives || owner != nowhere || (one.owner == nullptr && parent_lives);
        }
        return last_is_known;
    }

    std::vector<Node> nodes_;
    std::vector<Frame> frames_;
    std::unordered_map<std::uint64_t, Place> by_id_;
    std::unordered_map<const Goroutine*, Place> by_goroutine_;
    // By lock, by owner or task, and by RWMutex, as in Waits.
    std::unordered_map<const void*, std::vector<Place>> acting_;
    std::vector<Place> live_;
    bool anybody_ = false;     // may use every frame
    bool all_in_use_ = false;  // and that has been noted
};

std::string other_ends(const Stuck& stuck) {
    const char* const what = stuck.waits.kind == WaitKind::select    ? "other end"
                             : stuck.handle != nullptr               ? stuck.handle
                             : stuck.waits.kind == WaitKind::receive ? "Sender"
                                                                     : "Receiver";
    if (stuck.waits.kind == WaitKind::wait_group)
        return stuck.ends == 1 ? "a Token of it is" : std::to_string(stuck.ends) + " Tokens are";
    if (stuck.ends == 0) return "there is no " + std::string(what);
    if (stuck.ends == 1) return std::string("its only ") + what + " is";
    return "its " + std::to_string(stuck.ends) + ' ' + what + "s are";
}

}  // namespace

Hanging find_hanging() {
    return Liveness().hanging();
}

std::vector<Seen> see_who_waits_for_whom() {
    return Liveness().seen();
}

Report report_of(const Stuck& stuck) {
    Report report;
    report.finding = Finding::stuck;
    report.certainty = Certainty::likely;
    report.where = stuck.waits.where;
    report.goroutines.push_back(look_at(stuck.waits.goroutine));
    const ReportedGoroutine who = report.goroutines.front();
    report.sentence = label(who) + ' ' + what_it_waits_to_do(who, stuck.waits.kind) + " (" +
                      line_of(who) + "), and nobody who could end that can run: " +
                      (is_at_a_channel(stuck.waits.kind) || stuck.handle != nullptr
                           ? other_ends(stuck)
                           : std::string("the ") + to_string(stuck.waits.kind) + " is");
    bool first = true;
    for (const WaitView& holder : stuck.holders) {
        report.sentence += first ? " " : "; and ";
        first = false;
        if (holder.goroutine == stuck.waits.goroutine) {
            report.sentence += "in its own frame";
            continue;
        }
        report.goroutines.push_back(look_at(holder.goroutine));
        const ReportedGoroutine& of = report.goroutines.back();
        report.sentence += "in the frame of " + label(of) + ", which " +
                           what_it_waits_to_do(of, holder.kind) + " (" + line_of(of) + ')';
    }
    for (const WaitView& waiter : stuck.kept_out) {
        report.goroutines.push_back(look_at(waiter.goroutine));
        const ReportedGoroutine& of = report.goroutines.back();
        report.sentence += "; meanwhile " + label(of) + ' ' + what_it_waits_to_do(of, waiter.kind) +
                           " (" + line_of(of) + "), which it holds";
    }
    return report;
}

}  // namespace weft::inline abi1::detail

// SPDX-License-Identifier: Apache-2.0
// The live ones are found by spreading from those that do not wait (the liveness analysis of Saioc,
// Chabbi and others, "Dynamic Partial Deadlock Detection and Recovery via Garbage Collection", with
// the places of ends instead of a collector's marks).
#include "runtime/src/liveness.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <unordered_map>
#include <utility>

#include "weft/shared.h"

#include "runtime/src/deep_scan.h"
#include "runtime/src/goroutine.h"
#include "runtime/src/lineage.h"
#include "runtime/src/report.h"
#include "runtime/src/wait_ends.h"

namespace weft::inline abi1::detail {
namespace {

using Place = std::size_t;  // among the nodes
constexpr Place nowhere = SIZE_MAX;
constexpr std::uint32_t no_wait = UINT32_MAX;  // else: its number for the DeepScan

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
    bool by_sharing = false;    // some of the ends lie in objects that are shared
    bool frame_in_use = false;  // by itself or a descendant, live
    std::uint32_t wait = no_wait;
};

bool is_for_a_lock(WaitKind kind) noexcept {
    return kind == WaitKind::mutex || kind == WaitKind::read_lock || kind == WaitKind::write_lock;
}

// Nothing: it waits no longer as it did.
std::optional<WaitEnds> ends_still_of(const WaitView& waits) {
    if (!hold_wait(waits.goroutine)) return std::nullopt;
    const auto word = waits.goroutine->wake.load(std::memory_order_acquire);
    const bool same = sequence_of(word) == waits.sequence;
    WaitEnds ends;
    if (same) ends = ends_of(waits.kind, waits.object);
    end_inspection(waits.goroutine);
    if (!same) return std::nullopt;
    return ends;
}

// Who has armed such a wait asks for nothing else before it parks, unless it is refused.
bool is_settled(WaitKind kind) noexcept {
    return names_its_peers(kind) || kind == WaitKind::semaphore;
}

class Liveness {
  public:
    /// By the places of the ends.
    Liveness() : Liveness(Moment::any, nullptr) {}
    /// `at_call`: for somebody who is about to wait. Who waits for a lock or the like counts with
    /// those that wait for ever even if it has not left its stack yet, or has a deadline. Whoever
    /// did not hang in the same wait `before` (null: not asked) counts as live.
    enum class Moment : std::uint8_t { any, at_call };
    Liveness(Moment moment, const Liveness* before) : moment_(moment), before_(before) {
        meet_all();
        for (Place i = 0; i < nodes_.size(); ++i) begin_with(i);
        spread();
    }
    /// By what memory says of who can use them; see DeepScan for the stack pointer.
    explicit Liveness(const void* stack_pointer) : by_memory_(true) {
        meet_all();
        for (Place i = 0; i < nodes_.size(); ++i) begin_with(i);
        scan_.emplace(waits_, stack_pointer);
        take(scan_->from_roots());
        spread();
    }

    /// Null: it could be found out who hangs.
    const char* why_not() const noexcept { return scan_ ? scan_->failed() : nullptr; }

    Hanging hanging() const {
        Hanging found;
        if (why_not() != nullptr) return found;
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

    bool hangs(const WaitView& waits) const {
        const auto at = by_goroutine_.find(waits.goroutine);
        return at != by_goroutine_.end() && !nodes_[at->second].live &&
               nodes_[at->second].waits.sequence == waits.sequence;
    }

    std::vector<Seen> seen() { return {nodes_.begin(), nodes_.end()}; }

  private:
    struct Frame {
        const std::byte* low;
        const std::byte* end;
        Place node;
    };
    /// An object that several share, and where those lie.
    struct SharedThing {
        const std::byte* low;
        const std::byte* end;
        std::vector<const void*> shares;
    };
    template <class Range>
    static bool lower(const Range& one, const Range& other) noexcept {
        return one.low < other.low;
    }
    // Null: the address is in none of them, which are in order.
    template <class Range>
    static const Range* around(const void* address, const std::vector<Range>& ranges) {
        const auto* at = static_cast<const std::byte*>(address);
        auto after = std::upper_bound(ranges.begin(), ranges.end(), at,
                                      [](const std::byte* a, const Range& r) { return a < r.low; });
        if (after == ranges.begin() || at >= std::prev(after)->end) return nullptr;
        return &*std::prev(after);
    }

    void meet_all() {
        each_goroutine([](Goroutine* g, void* me) { static_cast<Liveness*>(me)->meet(g); }, this);
        each_shared([](const SharedBlock& b, void* me) { static_cast<Liveness*>(me)->meet(b); },
                    this);
        std::sort(frames_.begin(), frames_.end(), lower<Frame>);
        std::sort(shared_.begin(), shared_.end(), lower<SharedThing>);
        note_who_acts_on_what();
    }

    void meet(const SharedBlock& block) {
        SharedThing& thing = shared_.emplace_back(SharedThing{block.low(), block.end(), {}});
        block.shares().each([&thing](const void* at) { thing.shares.push_back(at); });
    }

    Stuck stuck_at_ends(const Node& node) const {
        Stuck one{node.waits, {}, node.ends, node.handle, {}, node.by_sharing, by_memory_};
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
        Stuck one{node.waits, {}, kept.size(), "Token", {}, false, by_memory_};
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
                if (seen->parked) note_wait(node);
            }
            note_frame_of(g, node.id);
        }
        by_id_[node.id] = nodes_.size();
        by_goroutine_[g] = nodes_.size();
        nodes_.push_back(std::move(node));
    }

    void note_wait(Node& node) {
        node.wait = static_cast<std::uint32_t>(waits_.size());
        waits_.push_back({node.goroutine, node.waits.sequence});
        node_of_wait_.push_back(nodes_.size());
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
            if (waits.kind == WaitKind::write_lock || waits.kind == WaitKind::semaphore)
                acting_[waits.object].push_back(i);
        }
    }

    Place whose_frame(const void* address) const {
        const Frame* frame = around(address, frames_);
        return frame == nullptr ? nowhere : frame->node;
    }

    void begin_with(Place i) {
        Node& node = nodes_[i];
        node.anybody = !node.is_waiting || goes_on_by_itself(node.waits);
        if (node.is_waiting && ends_by_one_of_several(node.waits.kind))
            find_ends(i);
        else if (node.is_waiting && names_its_peers(node.waits.kind))
            find_peers(i);
        else
            node.anybody = true;
        if (node.anybody) go_on(i);
    }

    bool goes_on_by_itself(const WaitView& waits) const {
        if (before_ != nullptr && !before_->hangs(waits)) return true;
        if (moment_ == Moment::at_call && is_settled(waits.kind)) return false;
        return !waits.parked || waits.ends_by_itself;
    }

    bool somebody_else_will_leave(Place i) const {
        const auto here = acting_.find(nodes_[i].waits.object);
        return here != acting_.end() &&
               std::any_of(here->second.begin(), here->second.end(), [this, i](Place other) {
                   return other != i && nodes_[other].waits.ends_by_itself;
               });
    }

    void find_ends(Place i) {
        Node& node = nodes_[i];
        const auto ends = ends_still_of(node.waits);
        if (!ends || ends->anybody || (ends->somebody_in_front && somebody_else_will_leave(i))) {
            node.anybody = true;
            return;
        }
        node.ends = ends->count;
        node.handle = ends->handle;
        std::vector<const SharedThing*> seen;
        for (std::size_t k = 0; k < ends->count; ++k)
            find_holders(i, ends->at[k], ends->by_way_of, seen);
    }

    // Who can use what lies at the address: it is in somebody's frame, or in an object whose shares
    // are looked up in turn. One that nobody shares yet is just being made. Elsewhere it is of use
    // to whoever can use what is `by_way_of` it.
    void find_holders(Place i, const void* address, const void* by_way_of,
                      std::vector<const SharedThing*>& seen) {
        const Place holder = whose_frame(address);
        if (holder != nowhere) return add_holder(i, holder);
        const SharedThing* thing = around(address, shared_);
        if (thing == nullptr || thing->shares.empty()) {
            if (by_way_of == nullptr) return go_on_by_anybody(i);
            nodes_[i].handle = nullptr;  // so it is not the ends that lie there
            return find_holders(i, by_way_of, nullptr, seen);
        }
        if (std::find(seen.begin(), seen.end(), thing) != seen.end()) return;
        seen.push_back(thing);
        nodes_[i].by_sharing = true;
        for (const void* share : thing->shares) find_holders(i, share, by_way_of, seen);
    }

    void add_holder(Place i, Place holder) {
        auto& known = nodes_[i].could_end;
        if (std::find(known.begin(), known.end(), holder) != known.end()) return;
        known.push_back(holder);
        nodes_[holder].frame_watchers.push_back(i);
        if (!nodes_[holder].is_waiting && !by_memory_) go_on(i);
    }

    void go_on_by_anybody(Place i) {
        if (by_memory_) return;  // which may know better
        nodes_[i].anybody = true;
        go_on(i);
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
        const auto tokens = ends_still_of(node.waits);
        if (!tokens || tokens->anybody) {
            node.anybody = true;
            return;
        }
        // Memory tells of all of them at once, as soon as one can be dropped.
        if (by_memory_ && tokens->count > 0) ++node.missing;
        for (std::size_t k = 0; k < tokens->count; ++k) {
            const Place holder = whose_frame(tokens->at[k]);
            if (holder == nowhere) continue;
            node.tokens.push_back(holder);
            auto& needing = nodes_[holder].frame_needed_by;
            if (!needing.empty() && needing.back() == i) continue;
            needing.push_back(i);
            if (!by_memory_) ++node.missing;
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
        for (std::size_t next = 0; next < live_.size();) {
            for (; next < live_.size(); ++next) {
                const Place i = live_[next];
                for (const Place waiter : nodes_[i].lets_go) one_less(waiter);
                if (!by_memory_)
                    uses_frames(i);
                else if (nodes_[i].wait != no_wait)
                    to_scan_.push_back(nodes_[i].wait);
            }
            if (scan_ && !to_scan_.empty()) take(scan_->from(std::exchange(to_scan_, {})));
        }
    }

    void one_less(Place waiter) {
        if (--nodes_[waiter].missing == 0) go_on(waiter);
    }

    void take(const DeepScan::Found& found) {
        for (const std::uint32_t wait : found.moved) go_on(node_of_wait_[wait]);
        for (const std::uint32_t wait : found.reached) {
            const Place i = node_of_wait_[wait];
            if (nodes_[i].waits.kind == WaitKind::wait_group)
                one_less(i);
            else
                go_on(i);
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
            for (const Place waiter : node.frame_needed_by) one_less(waiter);
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
    std::vector<SharedThing> shared_;
    std::unordered_map<std::uint64_t, Place> by_id_;
    std::unordered_map<const Goroutine*, Place> by_goroutine_;
    // By lock, by owner or task, and by RWMutex, as in Waits.
    std::unordered_map<const void*, std::vector<Place>> acting_;
    std::vector<Place> live_;
    bool anybody_ = false;     // may use every frame
    bool all_in_use_ = false;  // and that has been noted

    const Moment moment_ = Moment::any;
    const Liveness* const before_ = nullptr;
    const bool by_memory_ = false;
    std::vector<DeepScan::Wait> waits_;
    std::vector<Place> node_of_wait_;
    std::vector<std::uint32_t> to_scan_;
    std::optional<DeepScan> scan_;
};

// Whatever it keeps is below the stack pointer of whoever calls it: a compiler that made one call
// of the two would keep what the search itself has found where the search then finds it.
template <class F>
__attribute__((noinline)) void below_this(F& f, const void* stack_pointer) {
    f(stack_pointer);
    asm volatile("" : : : "memory");  // no tail call
}

// Saves the registers of whoever calls it where a search of memory finds them.
template <class F>
__attribute__((noinline)) void above_this(F f) {
    __builtin_unwind_init();
    const void* stack_pointer = __builtin_frame_address(0);
#if defined(__x86_64__)
    asm volatile("movq %%rsp, %0" : "=r"(stack_pointer));
#elif defined(__aarch64__)
    asm volatile("mov %0, sp" : "=r"(stack_pointer));
#endif
    below_this(f, stack_pointer);
    asm volatile("" : : : "memory");  // no tail call
}

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

Hanging find_hanging_by_memory(const char*& why_not, const void* runtimes_own) {
    Hanging found;
    above_this([&](const void* stack_pointer) {
        const Liveness look(runtimes_own != nullptr ? runtimes_own : stack_pointer);
        found = look.hanging();
        why_not = look.why_not();
    });
    return found;
}

bool hang(const Circle& circle) {
    const auto all_in = [&circle](const Liveness& look) {
        return std::all_of(circle.begin(), circle.end(),
                           [&look](const WaitView& one) { return look.hangs(one); });
    };
    const Liveness first(Liveness::Moment::at_call, nullptr);
    return all_in(first) && all_in(Liveness(Liveness::Moment::at_call, &first));
}

std::vector<Seen> see_who_waits_for_whom() {
    return Liveness().seen();
}

Report report_of(const Stuck& stuck) {
    Report report;
    report.finding = Finding::stuck;
    report.certainty = stuck.proven ? Certainty::proven : Certainty::likely;
    report.where = stuck.waits.where;
    report.goroutines.push_back(look_at(stuck.waits.goroutine));
    const ReportedGoroutine who = report.goroutines.front();
    report.sentence = label(who) + ' ' + what_it_waits_to_do(who, stuck.waits.kind) + " (" +
                      line_of(who) + "), and nobody who could end that can run: " +
                      (is_at_a_channel(stuck.waits.kind) || stuck.handle != nullptr
                           ? other_ends(stuck)
                           : std::string("the ") + to_string(stuck.waits.kind) + " is");
    if (stuck.holders.empty() && stuck.ends > 0)
        report.sentence += stuck.by_sharing ? " in an object that only objects share"
                                            : " where nobody can reach it who can run";
    bool first = true;
    for (const WaitView& holder : stuck.holders) {
        report.sentence += first ? " " : "; and ";
        first = false;
        if (holder.goroutine == stuck.waits.goroutine) {
            report.sentence += stuck.by_sharing ? "in its own reach" : "in its own frame";
            continue;
        }
        report.goroutines.push_back(look_at(holder.goroutine));
        const ReportedGoroutine& of = report.goroutines.back();
        report.sentence += (stuck.by_sharing ? "in the reach of " : "in the frame of ") +
                           label(of) + ", which " + what_it_waits_to_do(of, holder.kind) + " (" +
                           line_of(of) + ')';
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

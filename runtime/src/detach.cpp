// SPDX-License-Identifier: Apache-2.0
#include "weft/detach.h"

#include <mutex>

#include "weft/ensure.h"

#include "runtime/src/goroutine.h"
#include "runtime/src/kept_name.h"
#include "runtime/src/lineage.h"

namespace weft::inline abi1 {
namespace detail {
namespace {

class Detached;

struct Register {
    SpinLock lock;
    Detached* first = nullptr;
};

Register& all_detached() noexcept {
    static Register* one =
        new Register;  // never destroyed: detached work may outlive static objects
    return *one;
}

class Detached final : public TaskOwner {
  public:
    Detached(std::string_view why, const std::source_location& where)
        : TaskOwner(current_node(), Link::shield, where), why(why), lineage(lineage_of_caller()) {
        detached_ = true;
        Register& all = all_detached();
        std::lock_guard guard(all.lock);
        next = all.first;
        if (next != nullptr) next->previous = this;
        all.first = this;
    }

    void task_started() noexcept override { running_.fetch_add(1, std::memory_order_relaxed); }
    void task_ended_early(TaskEnd end, const std::exception_ptr& error) noexcept override {
        if (end == TaskEnd::cancelled) return;
        const std::string text =
            "an exception left the detached goroutine \"" + why + "\": " + describe(error);
        contract_broken("no exception leaves detached work", text.c_str());
    }
    void task_done() noexcept override {
        if (running_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
        {
            Register& all = all_detached();
            std::lock_guard guard(all.lock);
            if (Goroutine* me = self(); me->begun.owner == this) me->begun.owner = nullptr;
            (previous != nullptr ? previous->next : all.first) = next;
            if (next != nullptr) next->previous = previous;
        }
        delete this;
    }

    const std::string why;
    const Lineage lineage;
    Detached* next = nullptr;
    Detached* previous = nullptr;

  private:
    static std::string describe(const std::exception_ptr& error) {
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& e) {
            return e.what();
        } catch (...) {
            return "not a std::exception";
        }
    }
    std::atomic<std::size_t> running_{0};
};

}  // namespace

namespace {

// What one knew that was detached and has ended is all in what follows. So a chain in which each
// starts the next does not grow.
void add(Lineage& made, const Lineage& before) {
    for (const Ancestor& one : before.ancestors) {
        const bool was_detached = one.owner == nullptr && one.parent != one.id;
        if (was_detached && !is_still(one.goroutine, one.id, Life::alive)) continue;
        made.ancestors.push_back(one);
    }
    made.is_whole = before.is_whole && made.ancestors.size() <= Lineage::most;
    if (!made.is_whole) made.ancestors.clear();
}

}  // namespace

// Whoever is met on the way waits for the one before, or is the caller: so all of them live.
Lineage lineage_of_caller() {
    Unwatched unwatched;
    Lineage made;
    for (const Goroutine* g = self();;) {
        made.is_whole = g->thread == nullptr && made.ancestors.size() < Lineage::most;
        if (!made.is_whole) return made;
        const TaskOwner* const owner = g->begun.owner;
        made.ancestors.push_back({g, g->id, g->begun.parent, g->detached ? nullptr : owner});
        if (g->detached) {
            add(made, static_cast<const Detached*>(owner)->lineage);
            return made;
        }
        if (owner == nullptr || owner->opener() == nullptr) return made;
        g = owner->opener();
    }
}

// As long as the lock is held no Detached goes, and one that goes has taken its goroutine's word of
// it back before. One that has not run yet has it in its context.
std::optional<Lineage> lineage_of(const Goroutine* g, std::uint64_t id) {
    Unwatched unwatched;
    Register& all = all_detached();
    const std::lock_guard guard(all.lock);
    const Life life = g->life.load(std::memory_order_acquire);
    const TaskOwner* const begun = g->begun.owner;
    const ContextNode* const context = g->ambient.context;
    const bool detached = g->detached;
    if (life == Life::free || !is_still(g, id, life) || !detached) return std::nullopt;
    const TaskOwner* const owner = life == Life::alive ? begun : context->owner_;
    if (owner == nullptr) return std::nullopt;
    return static_cast<const Detached*>(owner)->lineage;
}

TaskOwner& new_detached(std::string_view why, const char*& name,
                        const std::source_location& where) {
    auto* owner = new Detached(why, where);
    name = kept_name(why);
    return *owner;
}

}  // namespace detail

std::vector<std::string> detached() {
    std::vector<std::string> names;
    detail::Register& all = detail::all_detached();
    std::lock_guard guard(all.lock);
    for (const detail::Detached* d = all.first; d != nullptr; d = d->next) names.push_back(d->why);
    return names;
}

}  // namespace weft::inline abi1

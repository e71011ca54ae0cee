// SPDX-License-Identifier: Apache-2.0
#include "weft/detach.h"

#include <mutex>

#include "weft/ensure.h"

#include "runtime/src/kept_name.h"

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
        : TaskOwner(current_node(), Link::shield, where), why(why) {
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
            (previous != nullptr ? previous->next : all.first) = next;
            if (next != nullptr) next->previous = previous;
        }
        delete this;
    }

    const std::string why;
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

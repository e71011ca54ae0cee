// SPDX-License-Identifier: Apache-2.0
// What surrounds the body of every goroutine that users start, whoever owns it: Scope, TaskSet,
// WaitGroup or detach().
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

#include "weft/cancelled.h"
#include "weft/detail/context_node.h"
#include "weft/detail/spawn.h"
#include "weft/detail/wait_list.h"

namespace weft::inline abi1::detail {

enum class TaskEnd : std::uint8_t { value, cancelled, failed };

class TaskOwner {
  public:
    ContextNode& node() noexcept { return node_; }

    /// Waits until one more may run, where the owner bounds that. May throw Cancelled; then nothing
    /// has started.
    virtual void admit(const std::source_location&) {}
    virtual void task_started() noexcept = 0;
    /// Told of every task that threw, before task_done().
    virtual void task_ended_early(TaskEnd end, const std::exception_ptr& error) noexcept = 0;
    /// The task's last touch: the owner may be gone when this returns.
    virtual void task_done() noexcept = 0;

    /// The goroutine in whose frame it lives, and which cannot go on before all tasks have ended;
    /// null: there is none such.
    const Goroutine* opener() const noexcept { return opener_; }
    /// Nobody waits for its task.
    bool is_detached() const noexcept { return detached_; }

    TaskOwner(const TaskOwner&) = delete;
    TaskOwner& operator=(const TaskOwner&) = delete;

  protected:
    TaskOwner(ContextNode* parent, Link link, const std::source_location& where)
        : node_(parent, link, std::nullopt, where) {
        node_.owner_ = this;
    }
    ~TaskOwner() = default;

    ContextNode node_;
    const Goroutine* opener_ = nullptr;
    bool detached_ = false;
};

/// The end of a task, shared by the task and its handle.
class TaskState {
  public:
    /// The last of the two to let go deletes.
    bool release() noexcept {
        return uses_.load(std::memory_order_acquire) == 1 ||
               uses_.fetch_sub(1, std::memory_order_acq_rel) == 1;
    }
    void complete(const std::exception_ptr& error) noexcept;
    /// Waits for the end and rethrows what the task threw. Throws Cancelled.
    void wait(const std::source_location& where);

    /// Whose end that is; null: it has not begun.
    const Goroutine* runner() const noexcept { return runner_.load(std::memory_order_acquire); }
    void runs_on(const Goroutine* runner) noexcept {
        runner_.store(runner, std::memory_order_release);
    }

    const char* name = nullptr;

  private:
    SpinLock lock_;
    bool done_ = false;
    Waiter* joiner_ = nullptr;
    std::atomic<const Goroutine*> runner_{nullptr};
    std::atomic<std::uint32_t> uses_{2};
    std::exception_ptr error_;
};

template <class R>
struct TypedTaskState : TaskState {
    std::optional<R> value;
};
template <>
struct TypedTaskState<void> : TaskState {};

void begin_task(TaskOwner& owner, TaskState* task) noexcept;
/// Checks that no lock is held and leaves the context.
void leave_task() noexcept;
void end_task(TaskOwner& owner, TaskEnd end, const std::exception_ptr& error) noexcept;

template <class F, class R>
struct TaskBody {
    TaskOwner* owner;
    TypedTaskState<R>* state;  // null: nobody asks
    F f;

    static void run(TaskBody* body) {
        TaskOwner& owner = *body->owner;
        TypedTaskState<R>* const state = body->state;
        begin_task(owner, state);
        TaskEnd end = TaskEnd::value;
        std::exception_ptr error;
        try {
            if constexpr (std::is_void_v<R>)
                (void)body->f();
            else
                state->value.emplace(body->f());
        } catch (const Cancelled&) {
            end = TaskEnd::cancelled;
            error = std::current_exception();
        } catch (...) {
            end = TaskEnd::failed;
            error = std::current_exception();
        }
        std::destroy_at(body);  // what it captured is gone before anybody hears of the end
        leave_task();
        if (state != nullptr) {
            state->complete(error);
            if (state->release()) delete state;
        }
        end_task(owner, end, error);
    }
};

/// Starts `f` under `owner`, who has admitted it. Returns its state, to be released, or null when
/// `R` is not wanted.
template <class R, class F>
TypedTaskState<R>* start_admitted(TaskOwner& owner, const char* name,
                                  const std::source_location& where, F&& f, bool with_state) {
    static_assert(!std::is_reference_v<F>, "the body is moved");
    std::unique_ptr<TypedTaskState<R>> state;
    if (with_state) {
        state = std::make_unique<TypedTaskState<R>>();
        state->name = name;
    }
    owner.task_started();
    try {
        using Started = TaskBody<F, R>;
        spawn_made<Started>(SpawnSpec{name, where, &owner.node(), 0, false, owner.is_detached()},
                            [&] { return Started{&owner, state.get(), std::forward<F>(f)}; });
    } catch (...) {
        owner.task_done();
        throw;
    }
    return state.release();
}

/// The same, once the owner admits it.
template <class R, class F>
TypedTaskState<R>* start_task(TaskOwner& owner, const char* name, const std::source_location& where,
                              F&& f, bool with_state) {
    owner.admit(where);
    return start_admitted<R>(owner, name, where, std::forward<F>(f), with_state);
}

/// Counts what is under way and lets others wait for none.
class Countdown {
  public:
    void add() noexcept;
    /// The last touch of whoever was counted.
    void done() noexcept;
    /// Waits until nothing is under way. False: nothing was. Throws Cancelled only if
    /// interruptible.
    bool wait(const WaitNote& note, Interrupt interrupt);
    std::size_t count() const noexcept;

  private:
    mutable SpinLock lock_;
    std::size_t count_ = 0;
    WaitList waiters_;
};

}  // namespace weft::inline abi1::detail

// SPDX-License-Identifier: Apache-2.0
// From the moment in which the end of the context takes the hook out of the list (under the node's
// lock) to the end of the function, `running_` counts: so the destructor, which first tries to take
// the hook back and then waits for that count, misses neither.
#include "weft/after_func.h"

#include "weft/detail/task_owner.h"
#include "weft/ensure.h"

namespace weft::inline abi1 {

// Not a TaskOwner's child of the context, which has ended when the function runs: a shield, which
// keeps the values.
class AfterFunc::State final : detail::TaskOwner {
  public:
    State(std::shared_ptr<detail::ContextNode> of, std::function<void()> f,
          const std::source_location& where)
        : TaskOwner(of.get(), detail::Link::shield, where),
          context_(std::move(of)),
          function_(std::move(f)),
          where_(where) {
        node_.owner_ = this;
        hook_.state = this;
        hook_.taken = [](detail::ContextHook* hook) noexcept {
            static_cast<Hook*>(hook)->state->running_.add();
        };
        hook_.fire = [](detail::ContextHook* hook) noexcept {
            static_cast<Hook*>(hook)->state->start();
        };
        if (context_->add_hook(hook_)) return;
        running_.add();
        start();
    }
    ~State() = default;

    bool stop() noexcept { return context_->remove_hook(hook_); }
    void wait() noexcept {
        running_.wait({detail::WaitKind::join, this, "after_func", where_},
                      detail::Interrupt::never);
    }

  private:
    struct Hook : detail::ContextHook {
        State* state = nullptr;
    };
    // The counting in between keeps the state alive from the end of the context to the start.
    void start() noexcept {
        detail::start_task<void>(*this, "after_func", where_, [this] { function_(); }, false);
        running_.done();
    }
    void task_started() noexcept override { running_.add(); }
    void task_ended_early(detail::TaskEnd end, const std::exception_ptr&) noexcept override {
        if (end == detail::TaskEnd::failed)
            contract_broken("the function of after_func does not throw",
                            "an exception left the function of after_func()", where_);
    }
    void task_done() noexcept override { running_.done(); }

    const std::shared_ptr<detail::ContextNode> context_;
    const std::function<void()> function_;
    const std::source_location where_;
    detail::Countdown running_;
    Hook hook_;
};

AfterFunc::AfterFunc(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
AfterFunc::AfterFunc(AfterFunc&&) noexcept = default;
AfterFunc& AfterFunc::operator=(AfterFunc&& other) noexcept {
    AfterFunc taken(std::move(other));
    std::swap(state_, taken.state_);
    return *this;
}
AfterFunc::~AfterFunc() {
    if (state_ == nullptr) return;
    state_->stop();
    state_->wait();
}

bool AfterFunc::stop() noexcept {
    return state_ != nullptr && state_->stop();
}

AfterFunc after_func(const Context& context, std::function<void()> f,
                     const std::source_location& where) {
    return AfterFunc(std::make_unique<AfterFunc::State>(context.node_, std::move(f), where));
}

}  // namespace weft::inline abi1

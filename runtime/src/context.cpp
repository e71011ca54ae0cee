// SPDX-License-Identifier: Apache-2.0
// Locks are taken parent before child, so a cancel walks down holding the path. A child that leaves
// goes the other way: it holds its own lock, which keeps the parent from going, and only tries the
// parent's. A cancel first sets every flag of the subtree, then passes one barrier, then interrupts
// the goroutines; a goroutine first stands in the list (from its first wait in a context on), then
// publishes its wait, then reads the flag. So one of the two always sees the other.
#include "weft/context.h"

#include <exception>
#include <mutex>
#include <thread>

#include "weft/detail/held_locks.h"
#include "weft/detail/step.h"
#include "weft/ensure.h"

namespace weft::inline abi1 {

const char* to_string(EndReason reason) noexcept {
    switch (reason) {
        case EndReason::cancelled:
            return "cancelled";
        case EndReason::deadline:
            return "deadline";
        case EndReason::failed:
            return "failed";
        case EndReason::left:
            return "left";
    }
    return "cancelled";
}

namespace detail {

// --- values --------------------------------------------------------------------------------------

void Values::release(ValueNode* first) noexcept {
    while (first != nullptr && first->uses.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        ValueNode* outer = first->outer;
        first->destroy(first);
        first = outer;
    }
}

Values with_value_node(ValueNode* node, const Values& outer) noexcept {
    node->outer = Values(outer).give();
    return Values(node);
}

// --- nodes ---------------------------------------------------------------------------------------

ContextNode::ContextNode(ContextNode* parent, Link link, std::optional<TimePoint> deadline,
                         std::source_location where) {
    opened_at_ = where;
    if (parent != nullptr) {
        values_ = parent->values_;
        owner_ = parent->owner_;
        if (link == Link::child) {
            deadline_ = parent->deadline_;
            link_to(*parent);
        }
    }
    if (!deadline || cancelled() || (deadline_ && *deadline_ <= *deadline)) return;
    deadline_ = deadline;
    if (*deadline <= Clock::now()) {
        cancel(EndReason::deadline, where);
        return;
    }
    timer_.node = this;
    timer_.when = *deadline;
    timer_.fire = on_deadline;
    timed_ = true;
    start_timer(timer_);
}

void ContextNode::on_deadline(Timer* timer) noexcept {
    ContextNode* node = static_cast<DeadlineTimer*>(timer)->node;
    node->cancel(EndReason::deadline, node->opened_at_);
}

void ContextNode::link_to(ContextNode& parent) noexcept {
    std::lock_guard guard(parent.lock_);
    if (parent.cancelled()) {
        cause_ = parent.cause_;
        cancelled_.store(true, std::memory_order_release);
        return;
    }
    parent_ = &parent;
    next_ = parent.children_;
    if (next_ != nullptr) next_->previous_ = this;
    parent.children_ = this;
}

void ContextNode::unlink() noexcept {
    for (;;) {
        lock_.lock();
        ContextNode* parent = parent_;
        if (parent == nullptr || parent->lock_.try_lock()) {
            if (parent != nullptr) {
                (previous_ != nullptr ? previous_->next_ : parent->children_) = next_;
                if (next_ != nullptr) next_->previous_ = previous_;
                parent_ = nullptr;
                parent->lock_.unlock();
            }
            lock_.unlock();
            return;
        }
        lock_.unlock();
        std::this_thread::yield();  // a cancel is walking through the parent
    }
}

void ContextNode::orphan_children() noexcept {
    std::lock_guard guard(lock_);
    while (ContextNode* child = children_) {
        std::lock_guard child_guard(child->lock_);
        children_ = child->next_;
        if (children_ != nullptr) children_->previous_ = nullptr;
        child->parent_ = nullptr;
    }
}

void ContextNode::close() noexcept {
    if (timed_) {
        timed_ = false;
        stop_timer(timer_);
    }
    unlink();
    lock_.lock();
    const bool has_children = children_ != nullptr;
    lock_.unlock();
    if (!has_children) return;
    cancel(EndReason::left, opened_at_);
    orphan_children();
}

void ContextNode::cancel(const Cause& cause) noexcept {
    if (!mark(cause)) return;
    interrupt_barrier();
    ContextHook* fired = nullptr;
    interrupt_all(fired);
    while (fired != nullptr) {
        ContextHook* hook = fired;
        fired = hook->next;
        hook->fire(hook);
    }
    step();
}

bool ContextNode::mark(const Cause& cause) noexcept {
    std::lock_guard guard(lock_);
    if (cancelled_.load(std::memory_order_relaxed)) return false;  // so is everything below
    cause_ = cause;
    cancelled_.store(true, std::memory_order_release);
    for (ContextNode* child = children_; child != nullptr; child = child->next_) child->mark(cause);
    return true;
}

void ContextNode::interrupt_all(ContextHook*& fired) noexcept {
    std::lock_guard guard(lock_);
    for (Goroutine* g = goroutines_; g != nullptr; g = ambient(g).next) interrupt(g);
    for (ContextNode* child = children_; child != nullptr; child = child->next_)
        child->interrupt_all(fired);
    while (ContextHook* hook = hooks_) {
        hooks_ = hook->next;
        hook->queued = false;
        hook->next = fired;
        fired = hook;
        hook->taken(hook);
    }
}

bool ContextNode::add_hook(ContextHook& hook) noexcept {
    std::lock_guard guard(lock_);
    if (cancelled()) return false;
    hook.previous = nullptr;
    hook.next = hooks_;
    if (hooks_ != nullptr) hooks_->previous = &hook;
    hooks_ = &hook;
    hook.queued = true;
    return true;
}

bool ContextNode::remove_hook(ContextHook& hook) noexcept {
    std::lock_guard guard(lock_);
    if (!hook.queued) return false;
    (hook.previous != nullptr ? hook.previous->next : hooks_) = hook.next;
    if (hook.next != nullptr) hook.next->previous = hook.previous;
    hook.queued = false;
    return true;
}

std::optional<Cause> ContextNode::cause() const noexcept {
    std::lock_guard guard(lock_);
    if (!cancelled()) return std::nullopt;
    return cause_;
}

void ContextNode::add(Goroutine* goroutine) noexcept {
    Ambient& a = ambient(goroutine);
    std::lock_guard guard(lock_);
    a.previous = nullptr;
    a.next = goroutines_;
    if (goroutines_ != nullptr) ambient(goroutines_).previous = goroutine;
    goroutines_ = goroutine;
    a.listed = true;
}

void ContextNode::remove(Goroutine* goroutine) noexcept {
    Ambient& a = ambient(goroutine);
    std::lock_guard guard(lock_);
    if (a.previous != nullptr)
        ambient(a.previous).next = a.next;
    else
        goroutines_ = a.next;
    if (a.next != nullptr) ambient(a.next).previous = a.previous;
    a.listed = false;
}

// --- what is in force ----------------------------------------------------------------------------

namespace {

void put_in_force(Goroutine* goroutine, ContextNode* node, int exceptions) noexcept {
    Ambient& a = ambient(goroutine);
    if (a.listed) a.context->remove(goroutine);
    a.context = node;
    a.cancelled = node != nullptr ? node->flag() : nullptr;
    a.exceptions_at_entry = exceptions;
}

}  // namespace

void enlist(Goroutine* goroutine) noexcept {
    ambient(goroutine).context->add(goroutine);
}

void enter_first(ContextNode* node) noexcept {
    put_in_force(self(), node, 0);
}

void leave_last() noexcept {
    put_in_force(self(), nullptr, 0);
}

ContextNode* current_node() noexcept {
    return ambient(self()).context;
}

Link safe_link(Link link) noexcept {
    return std::uncaught_exceptions() > ambient(self()).exceptions_at_entry ? Link::shield : link;
}

Entered::Entered(ContextNode* node) noexcept {
    Goroutine* goroutine = self();
    outside_ = ambient(goroutine).context;
    exceptions_ = ambient(goroutine).exceptions_at_entry;
    put_in_force(goroutine, node, std::uncaught_exceptions());
}

Entered::~Entered() {
    put_in_force(self(), outside_, exceptions_);
}

Error end_error(const ContextNode& node) {
    const auto cause = node.cause();
    if (cause && cause->error != nullptr) return *cause->error;
    if (cause && cause->reason == EndReason::deadline)
        return Error{ErrorKind::timeout, "deadline", "the time for this was up"};
    return Error{ErrorKind::unavailable, "cancelled", "this was cancelled"};
}

}  // namespace detail

// --- for users -----------------------------------------------------------------------------------

namespace {

const detail::ContextNode* ended_node() noexcept {
    const detail::ContextNode* node = detail::current_node();
    return node != nullptr && node->cancelled() ? node : nullptr;
}

}  // namespace

void checkpoint() {
    const detail::Ambient& a = detail::ambient(detail::self());
    if (a.cancelled != nullptr && a.cancelled->load(std::memory_order_acquire) &&
        std::uncaught_exceptions() <= a.exceptions_at_entry)
        detail::throw_cancelled();
    detail::yield();
}

bool cancelled() noexcept {
    return ended_node() != nullptr;
}

std::optional<Cause> cancel_cause() noexcept {
    const detail::ContextNode* node = ended_node();
    if (node == nullptr) return std::nullopt;
    return node->cause();
}

std::optional<TimePoint> current_deadline() noexcept {
    const detail::ContextNode* node = detail::current_node();
    if (node == nullptr) return std::nullopt;
    return node->deadline();
}

Context Context::current() {
    return derive(detail::current_node(), nullptr, detail::Link::child, std::nullopt, {});
}

Context Context::background() {
    return derive(nullptr, nullptr, detail::Link::child, std::nullopt, {});
}

// Whoever carries a context away has left the scope, so it has no owner to start goroutines in.
Context Context::derive(detail::ContextNode* parent, std::shared_ptr<detail::ContextNode> keep,
                        detail::Link link, std::optional<TimePoint> deadline,
                        const std::source_location& where) {
    struct Derived {
        std::shared_ptr<detail::ContextNode> parent;  // goes after the node that hangs under it
        detail::ContextNode node;
        Derived(std::shared_ptr<detail::ContextNode> kept, detail::ContextNode* above,
                detail::Link how, std::optional<TimePoint> until, const std::source_location& at)
            : parent(std::move(kept)), node(above, how, until, at) {
            node.owner_ = nullptr;
        }
    };
    auto derived = std::make_shared<Derived>(std::move(keep), parent, link, deadline, where);
    detail::ContextNode* node = &derived->node;
    return Context(std::shared_ptr<detail::ContextNode>(std::move(derived), node));
}

std::pair<Context, CancelHandle> Context::with_cancel(const std::source_location& where) const {
    Context child = derive(node_.get(), node_, detail::Link::child, std::nullopt, where);
    CancelHandle handle(child.node_);
    return {std::move(child), std::move(handle)};
}

Context Context::with_deadline(TimePoint when, const std::source_location& where) const {
    return derive(node_.get(), node_, detail::Link::child, when, where);
}

Context Context::without_cancel() const {
    return derive(node_.get(), nullptr, detail::Link::shield, std::nullopt, {});
}

}  // namespace weft::inline abi1

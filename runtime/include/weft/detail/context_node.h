// SPDX-License-Identifier: Apache-2.0
// The tree behind the ambient context. A node is what one scope, timeout, cancellable or explicit
// Context adds; a goroutine points to the innermost one in force and stands in its list, so that a
// cancel finds goroutines and not waits.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <source_location>
#include <utility>

#include "weft/detail/hidden.h"
#include "weft/detail/park.h"
#include "weft/detail/spin_lock.h"
#include "weft/detail/timer.h"
#include "weft/result.h"
#include "weft/time.h"

namespace weft::inline abi1 {

/// Why a context ended.
enum class EndReason : std::uint8_t {
    cancelled,  ///< somebody said so
    deadline,   ///< its time was up
    failed,     ///< a sibling in the scope failed
    left,       ///< the code that had opened it went on
};
const char* to_string(EndReason reason) noexcept;

/// Why a context ended and where that was said.
struct Cause {
    EndReason reason = EndReason::cancelled;
    std::source_location where = {};
    std::shared_ptr<const Error> error = {};  ///< what cancel() was given, if anything
};

namespace detail {

class TaskOwner;

/// Values by key type, innermost first. Immutable and shared, so that they outlive their frame.
struct ValueNode {
    std::atomic<std::uint32_t> uses{1};
    ValueNode* outer = nullptr;
    const void* key = nullptr;
    const void* value = nullptr;
    void (*destroy)(ValueNode*) noexcept = nullptr;
};

class Values {
  public:
    Values() = default;
    explicit Values(ValueNode* adopted) noexcept : first_(adopted) {}
    Values(const Values& other) noexcept : first_(other.first_) {
        if (first_ != nullptr) first_->uses.fetch_add(1, std::memory_order_relaxed);
    }
    Values(Values&& other) noexcept : first_(std::exchange(other.first_, nullptr)) {}
    Values& operator=(Values other) noexcept {
        std::swap(first_, other.first_);
        return *this;
    }
    ~Values() {
        if (first_ != nullptr) release(first_);
    }
    const void* find(const void* key) const noexcept {
        for (const ValueNode* v = first_; v != nullptr; v = v->outer)
            if (v->key == key) return v->value;
        return nullptr;
    }
    ValueNode* give() && noexcept { return std::exchange(first_, nullptr); }

  private:
    static void release(ValueNode* first) noexcept;
    ValueNode* first_ = nullptr;
};

/// How a node hangs in the tree.
enum class Link : std::uint8_t {
    child,   ///< ends with its parent
    shield,  ///< keeps the values; no end reaches it from outside
};

/// Something to be done when a context ends.
struct ContextHook {
    void (*taken)(ContextHook*) noexcept = nullptr;  ///< under the node's lock: it will be fired
    void (*fire)(ContextHook*) noexcept = nullptr;   ///< with nothing held; may start goroutines
    Hidden<ContextHook> next;
    Hidden<ContextHook> previous;
    bool queued = false;
};

class ContextNode {
  public:
    /// Opens a node under `parent` (null: no parent). A `deadline` that is not earlier than the
    /// parent's adds nothing.
    ContextNode(ContextNode* parent, Link link, std::optional<TimePoint> deadline = {},
                std::source_location where = {});
    ~ContextNode() { close(); }
    ContextNode(const ContextNode&) = delete;
    ContextNode& operator=(const ContextNode&) = delete;

    /// Takes it out of the tree; what still hangs under it is cancelled.
    void close() noexcept;
    void cancel(EndReason reason, const std::source_location& where) noexcept {
        cancel(Cause{reason, where, {}});
    }
    void cancel(const Cause& cause) noexcept;

    /// Hands in a hook, which is fired once when the node ends. False: it has ended already.
    bool add_hook(ContextHook& hook) noexcept;
    /// Takes it back. False: it was taken to be fired, or is not there.
    bool remove_hook(ContextHook& hook) noexcept;

    bool cancelled() const noexcept { return cancelled_.load(std::memory_order_acquire); }
    const std::atomic<bool>* flag() const noexcept { return &cancelled_; }
    std::optional<Cause> cause() const noexcept;
    std::optional<TimePoint> deadline() const noexcept { return deadline_; }
    const Values& values() const noexcept { return values_; }

    void add(Goroutine* goroutine) noexcept;
    void remove(Goroutine* goroutine) noexcept;

    Values values_;               ///< set before anybody else sees the node
    TaskOwner* owner_ = nullptr;  ///< whom go() asks; likewise

  private:
    struct DeadlineTimer : Timer {
        ContextNode* node = nullptr;
    };
    static void on_deadline(Timer* timer) noexcept;
    bool mark(const Cause& cause) noexcept;
    void interrupt_all(ContextHook*& fired) noexcept;
    void link_to(ContextNode& parent) noexcept;
    void unlink() noexcept;
    void orphan_children() noexcept;

    mutable SpinLock lock_;  // parent before child
    std::atomic<bool> cancelled_{false};
    bool timed_ = false;
    Cause cause_;
    std::source_location opened_at_;
    ContextNode* parent_ = nullptr;  // under lock_; the parent clears it when it goes first
    Hidden<ContextNode> children_;
    Hidden<ContextNode> next_;  // among the parent's children; under the parent's lock_
    Hidden<ContextNode> previous_;
    Goroutine* goroutines_ = nullptr;
    Hidden<ContextHook> hooks_;
    std::optional<TimePoint> deadline_;
    DeadlineTimer timer_;
};

/// The innermost node in force; null: none.
ContextNode* current_node() noexcept;

/// The first and the last context of a goroutine.
void enter_first(ContextNode* node) noexcept;
void leave_last() noexcept;

/// Puts a node in force for the caller until the end of the block.
class Entered {
  public:
    explicit Entered(ContextNode* node) noexcept;
    ~Entered();
    Entered(const Entered&) = delete;
    Entered& operator=(const Entered&) = delete;

    /// Whether the context outside has ended, so that Cancelled must go on.
    bool outside_ended() const noexcept { return outside_ != nullptr && outside_->cancelled(); }

  private:
    ContextNode* outside_;
    int exceptions_;
};

/// Link::shield while an exception is in flight: then a cancel from outside must not throw a second
/// one out of a destructor.
Link safe_link(Link link) noexcept;

/// A node that lives as long as a block, in force within it.
class ContextFrame {
  public:
    explicit ContextFrame(Link wanted, std::optional<TimePoint> deadline = {},
                          std::source_location where = {})
        : link_(safe_link(wanted)), node(current_node(), link_, deadline, where), entered_(&node) {}

    /// Whether a Cancelled that arrives here stops here: this node ended and nothing outside did.
    bool ended_here() const noexcept {
        return node.cancelled() && (link_ == Link::shield || !entered_.outside_ended());
    }

  private:
    Link link_;

  public:
    ContextNode node;

  private:
    Entered entered_;
};

}  // namespace detail
}  // namespace weft::inline abi1

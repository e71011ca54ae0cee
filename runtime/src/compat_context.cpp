// SPDX-License-Identifier: Apache-2.0
#include "weft/compat/context.h"

namespace weft::inline abi1::compat {

// The closing of done(), in the node's list of hooks. It may be fired while the context goes, so it
// belongs to both, to the list by `listed_`.
class Context::End : public weft::detail::ContextHook {
  public:
    static std::shared_ptr<End> of(const weft::Context& context,
                                   const std::shared_ptr<weft::detail::OtherSide>& ended_by) {
        weft::detail::ContextNode& node = ContextAccess::node(context);
        auto end = std::make_shared<End>(ended_by);
        end->listed_ = end;
        if (!node.add_hook(*end)) close(end.get());
        // The last copy of the context takes the hook back; the node lives until then.
        return {end.get(), [context, end](End*) {
                    if (ContextAccess::node(context).remove_hook(*end)) end->listed_.reset();
                }};
    }
    explicit End(const std::shared_ptr<weft::detail::OtherSide>& by) : ended_by(by) {
        taken = [](weft::detail::ContextHook*) noexcept {};
        fire = close;
        ChanAccess::served_by(done, by);
    }

    const Chan<Done> done = make_chan<Done>(0, "context");
    const std::shared_ptr<weft::detail::OtherSide> ended_by;

  private:
    static void close(weft::detail::ContextHook* hook) noexcept {
        const auto end = std::move(static_cast<End*>(hook)->listed_);
        end->done.close();
    }
    std::shared_ptr<End> listed_;  // while the node may fire it
};

Context::Context(weft::Context context, const std::shared_ptr<weft::detail::OtherSide>& ended_by)
    : context_(std::move(context)) {
    if (ended_by != nullptr) end_ = End::of(context_, ended_by);
}

Context ContextAccess::child(const Context& parent, weft::Context context) {
    return {std::move(context), parent.end_ != nullptr ? parent.end_->ended_by : nullptr};
}

std::pair<Context, Cancel> ContextAccess::child(const Context& parent, weft::Context context,
                                                CancelHandle handle) {
    auto ended_by = std::make_shared<weft::detail::OtherSide>();
    ended_by->handle = "Cancel";
    ended_by->acts_itself = context.deadline().has_value();
    if (parent.end_ != nullptr) ended_by->behind = parent.end_->ended_by;
    Cancel cancel(std::move(handle), ended_by);
    return {Context(std::move(context), ended_by), std::move(cancel)};
}

Context Context::background() {
    return {weft::Context::background(), nullptr};
}

RecvChan<Done> Context::done() const {
    return end_ != nullptr ? RecvChan<Done>(end_->done) : RecvChan<Done>();
}

std::pair<Context, Cancel> with_cancel(const Context& parent, const std::source_location& where) {
    auto [context, handle] = parent.native().with_cancel(where);
    return ContextAccess::child(parent, std::move(context), std::move(handle));
}

std::pair<Context, Cancel> with_deadline(const Context& parent, TimePoint when,
                                         const std::source_location& where) {
    auto [context, handle] = parent.native().with_cancel(where);
    return ContextAccess::child(parent, context.with_deadline(when, where), std::move(handle));
}

Context without_cancel(const Context& parent) {
    return ContextAccess::child(Context::background(), parent.native().without_cancel());
}

}  // namespace weft::inline abi1::compat

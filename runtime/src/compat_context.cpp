// SPDX-License-Identifier: Apache-2.0
#include "weft/compat/context.h"

namespace weft::inline abi1::compat {

// The closing of done(), in the node's list of hooks. It may be fired while the context goes, so it
// belongs to both, to the list by `listed_`.
class Context::End : public weft::detail::ContextHook {
  public:
    static std::shared_ptr<End> of(const weft::Context& context) {
        weft::detail::ContextNode& node = ContextAccess::node(context);
        auto end = std::make_shared<End>();
        end->listed_ = end;
        if (!node.add_hook(*end)) close(end.get());
        // The last copy of the context takes the hook back; the node lives until then.
        return {end.get(), [context, end](End*) {
                    if (ContextAccess::node(context).remove_hook(*end)) end->listed_.reset();
                }};
    }
    End() {
        taken = [](weft::detail::ContextHook*) noexcept {};
        fire = close;
    }

    const Chan<Done> done = make_chan<Done>(0, "context");

  private:
    static void close(weft::detail::ContextHook* hook) noexcept {
        const auto end = std::move(static_cast<End*>(hook)->listed_);
        end->done.close();
    }
    std::shared_ptr<End> listed_;  // while the node may fire it
};

Context::Context(weft::Context context, bool ends) : context_(std::move(context)) {
    if (ends) end_ = End::of(context_);
}

Context Context::background() {
    return Context(weft::Context::background(), false);
}

RecvChan<Done> Context::done() const {
    return end_ != nullptr ? RecvChan<Done>(end_->done) : RecvChan<Done>();
}

std::pair<Context, Cancel> with_cancel(const Context& parent, const std::source_location& where) {
    auto [context, handle] = parent.native().with_cancel(where);
    return {ContextAccess::make(std::move(context), true),
            ContextAccess::cancel(std::move(handle))};
}

std::pair<Context, Cancel> with_deadline(const Context& parent, TimePoint when,
                                         const std::source_location& where) {
    auto [context, handle] = parent.native().with_cancel(where);
    return {ContextAccess::make(context.with_deadline(when, where), true),
            ContextAccess::cancel(std::move(handle))};
}

Context without_cancel(const Context& parent) {
    return ContextAccess::make(parent.native().without_cancel(), false);
}

}  // namespace weft::inline abi1::compat

// SPDX-License-Identifier: Apache-2.0
// A goroutine's values hang in a list at its control block: few goroutines have any, and those have
// few. Keys are numbers that are never used again, so a value that outlives its variable is never
// taken for another's.
#include "weft/goroutine_local.h"

#include <atomic>

#include "weft/detail/context_node.h"

#include "runtime/src/goroutine.h"

namespace weft::inline abi1::detail {

std::uint64_t new_local_key() noexcept {
    static std::atomic<std::uint64_t> next{1};
    return next.fetch_add(1, std::memory_order_relaxed);
}

LocalValue* find_local(std::uint64_t key) noexcept {
    for (LocalValue* v = self()->begun.locals; v != nullptr; v = v->next)
        if (v->key == key) return v;
    return nullptr;
}

void add_local(LocalValue* value) noexcept {
    Goroutine* me = self();
    value->next = me->begun.locals;
    me->begun.locals = value;
}

// A destructor may use other variables, and so make new ones.
void drop_locals(Goroutine* goroutine) noexcept {
    if (goroutine->begun.locals == nullptr) [[likely]]
        return;
    const ContextFrame out_of_reach(Link::shield);
    while (LocalValue* last = goroutine->begun.locals) {
        goroutine->begun.locals = last->next;
        last->destroy(last);
    }
}

}  // namespace weft::inline abi1::detail

// SPDX-License-Identifier: Apache-2.0
// What runtime/gdb/weft.py reads: where the goroutines are, and where in one to look for what, by
// name. So it needs no types in the debug information, and works on core files, where nothing can
// be called.
#include "runtime/src/debugger.h"

#include <string_view>

#include "runtime/src/goroutine.h"

using namespace weft::detail;

namespace {

struct Field {
    const char* name;
    std::size_t value;
};

struct Table {
    const std::vector<Goroutine*>* slabs = nullptr;
    Field fields[16] = {
        {"block_bytes", sizeof(Goroutine)},
        {"fresh", static_cast<std::size_t>(Life::fresh)},
        {"alive", static_cast<std::size_t>(Life::alive)},
        {"life", offsetof(Goroutine, life)},
        {"id", offsetof(Goroutine, id)},
        {"name", offsetof(Goroutine, name)},
        {"sp", offsetof(Goroutine, fiber.sp)},
        {"stack", offsetof(Goroutine, stack.low)},
        {"stack_bytes", offsetof(Goroutine, stack.bytes)},
        {"thread", offsetof(Goroutine, thread)},
        {"spawned_at", offsetof(Goroutine, spawned_at)},
        {"wait_kind", offsetof(Goroutine, begun.note.kind)},
        {"wait_name", offsetof(Goroutine, begun.note.name)},
        {"wait_where", offsetof(Goroutine, begun.note.where)},
        {"slab_blocks", 0},
        {nullptr, 0},  // the end
    };
    const char* waits[32] = {};  // by WaitKind
};

}  // namespace

extern "C" {
[[gnu::used]] Table weft_abi1_debugger;
}

namespace weft::inline abi1::detail {

void show_debugger(const std::vector<Goroutine*>& slabs, std::size_t blocks) noexcept {
    Table& table = weft_abi1_debugger;
    for (Field& field : table.fields)
        if (field.name != nullptr && std::string_view(field.name) == "slab_blocks")
            field.value = blocks;
    std::size_t kind = 0;
    for (const char*& word : table.waits) {
        word = to_string(static_cast<WaitKind>(kind++));
        if (std::string_view(word) == "unknown") break;
    }
    table.slabs = &slabs;
}

}  // namespace weft::inline abi1::detail

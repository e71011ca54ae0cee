// SPDX-License-Identifier: Apache-2.0
// OwnerGate as functions of a model, for models of what it guards. Its two words are the variables
// `inside` and `thief`.
#pragma once

#include "tests/support/weak_memory.h"

namespace weft::detail {

struct GateModel {
    unsigned inside;
    unsigned thief;
    bool thief_passes_fence = true;
    test::model::Order owner_leaves = test::model::Order::release;
    test::model::Order thief_leaves = test::model::Order::release;

    static bool is_free(test::model::Value flag) { return flag == 0; }
};

/// enter(), and wait_outside() in it.
inline test::model::Call enter(GateModel gate) {
    using namespace test::model;
    co_await store(gate.inside, 1, Order::relaxed);
    for (;;) {
        const Value robbed = co_await load(gate.thief, Order::acquire);
        if (robbed == 0) co_return 0;
        co_await store(gate.inside, 0, Order::release);
        co_await await(gate.thief, GateModel::is_free, Order::relaxed);
        co_await store(gate.inside, 1, Order::relaxed);
    }
}
inline test::model::Asked leave(GateModel gate) {
    return test::model::store(gate.inside, 0, gate.owner_leaves);
}

inline test::model::Asked leave_as_thief(GateModel gate) {
    return test::model::store(gate.thief, 0, gate.thief_leaves);
}
/// 1: inside.
inline test::model::Call try_enter_as_thief(GateModel gate) {
    using namespace test::model;
    const Value thief_before = co_await exchange(gate.thief, 1, Order::acq_rel);
    if (thief_before != 0) co_return 0;
    if (gate.thief_passes_fence) co_await test::model::heavy_fence();
    const Value inside_now = co_await load(gate.inside, Order::acquire);
    if (inside_now == 0) co_return 1;
    co_await leave_as_thief(gate);
    co_return 0;
}

}  // namespace weft::detail

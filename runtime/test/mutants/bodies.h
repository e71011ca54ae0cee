// SPDX-License-Identifier: Apache-2.0
// Small tests of weft's primitives. Each throws, or hangs, where its primitive is wrong.
#pragma once

#include <span>

#include "runtime/src/mutant.h"

namespace mutants {

/// A test, and a mistake that it must find.
struct Hunt {
    weft::detail::Mutant mutant;
    const char* name;
    void (*test)();
};

std::span<const Hunt> hunts();

}  // namespace mutants

// SPDX-License-Identifier: Apache-2.0
// The one door to the property checker. A failure prints the shrunk case and the seed that repeats
// it (RC_PARAMS="seed=…").
#pragma once

#include <rapidcheck.h>

#include "tests/support/test.h"

/// Checks that a function of random arguments holds; inside it, RC_ASSERT says what must.
#define CHECK_PROPERTY(...) CHECK(::rc::check(__VA_ARGS__))

// SPDX-License-Identifier: Apache-2.0
// The one door to the test framework.
#pragma once

// Its counters are per thread by default, which a goroutine that migrates sees as somebody else's.
#define DOCTEST_CONFIG_NO_MULTI_LANE_ATOMICS
#include <doctest/doctest.h>

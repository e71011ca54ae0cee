// SPDX-License-Identifier: Apache-2.0
// How long a test goes on: the count that every run can afford, or the larger one of `./dev
// torture`.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace test {

/// The number in an environment variable, or `fallback` where there is none.
inline std::uint64_t from_environment(const char* name, std::uint64_t fallback) {
    const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): tests only read it
    return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

/// How many seeds a test of schedules tries: as many as it asks for, times SEEDS_FACTOR.
inline std::uint64_t seeds(std::uint64_t usual) {
    return usual * from_environment("SEEDS_FACTOR", 1);
}

}  // namespace test

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>

namespace cohort::generate {

/// What is made up for one thing: the same for the same seed and name on every machine, whatever
/// is made up for others (the library's distributions would not be).
class Chance {
  public:
    Chance(std::uint64_t seed, std::string_view name) : numbers_(mixed(seed, name)) {}

    /// 0 to `most`, both included.
    std::uint64_t up_to(std::uint64_t most) { return numbers_() % (most + 1); }
    bool one_in(std::uint64_t count) { return up_to(count - 1) == 0; }

    template <class List>
    const auto& pick(const List& list) {
        return list[static_cast<std::size_t>(up_to(std::size(list) - 1))];
    }

  private:
    // FNV-1a.
    static std::uint64_t mixed(std::uint64_t seed, std::string_view name) {
        std::uint64_t mixed = 14695981039346656037U ^ seed;
        for (const char letter : name)
            mixed = (mixed ^ static_cast<unsigned char>(letter)) * 1099511628211U;
        return mixed;
    }

    std::mt19937_64 numbers_;
};

}  // namespace cohort::generate

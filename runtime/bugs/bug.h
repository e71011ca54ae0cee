// SPDX-License-Identifier: Apache-2.0
// Small programs with one concurrency bug each, as published studies describe them, and their fixed
// twins. What weft says of each is written beside it, also where it says nothing.
#pragma once

#include <span>

namespace bugs {

struct Bug {
    const char* name;
    const char* kind;
    const char* from;  ///< where the pattern is known from, in words
    void (*wrong)();
    void (*right)();
    /// Class, finding and how, as "PROVEN lock cycle, at the call"; or "not found".
    const char* expected;
    const char* why = "";  ///< where that is not what one would want
};

// Each is a file: locks.cpp and so on.
std::span<const Bug> locks();
std::span<const Bug> lock_order();
std::span<const Bug> rw_locks();
std::span<const Bug> channels();
std::span<const Bug> locks_and_channels();
std::span<const Bug> wait_groups();
std::span<const Bug> left_behind();
std::span<const Bug> conditions();
std::span<const Bug> joins();
std::span<const Bug> permits();

}  // namespace bugs

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <source_location>

#include "weft/semaphore.h"

namespace weft::inline abi1::detail {

/// Bounds how many tasks of an owner run at once. The places are counted, not held by an object, so
/// none lies anywhere: a task takes one in go() and gives it back when it is done.
class TaskLimit {
  public:
    TaskLimit(std::size_t limit, const char* name, const std::source_location& where)
        : places_(static_cast<std::int64_t>(limit), 0, name, where) {}

    /// Waits for a place. Throws Cancelled.
    void enter(const std::source_location& where) { keep(places_.acquire(1, where)); }
    bool try_enter(const std::source_location& where) {
        auto place = places_.try_acquire(1, where);
        if (place) keep(std::move(*place));
        return place.has_value();
    }
    void leave() noexcept { places_.give(1, nullptr); }

  private:
    static void keep(Semaphore::Permit place) noexcept { place.semaphore_ = nullptr; }
    Semaphore places_;
};

}  // namespace weft::inline abi1::detail

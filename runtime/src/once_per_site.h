// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <set>
#include <source_location>
#include <tuple>

namespace weft::inline abi1::detail {

/// What has been said of a line of the program need not be said again.
class OncePerSite {
  public:
    /// True for the first call with this place.
    bool first(const std::source_location& where) {
        const std::lock_guard guard(mutex_);
        return seen_.insert({where.file_name(), where.line(), where.column()}).second;
    }

  private:
    std::mutex mutex_;
    std::set<std::tuple<const char*, unsigned, unsigned>> seen_;
};

}  // namespace weft::inline abi1::detail

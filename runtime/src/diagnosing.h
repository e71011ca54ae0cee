// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace weft::inline abi1::detail {

/// Options::diagnosis of the run; outside one, true. Its own word, as it is asked at each lock that
/// is taken inside another.
inline std::atomic<bool> diagnosing{true};

inline bool is_diagnosing() noexcept {
    return diagnosing.load(std::memory_order_relaxed);
}

}  // namespace weft::inline abi1::detail

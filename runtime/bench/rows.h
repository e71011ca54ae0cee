// SPDX-License-Identifier: Apache-2.0
// One row of the figures is one function that does the work once, as a goroutine, and answers its
// figure. peers/go does the same work under the same names.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>

namespace bench {

struct Row {
    const char* name;
    const char* unit;
    double (*measure)();
};

std::span<const Row> spawn_rows();
std::span<const Row> channel_rows();
std::span<const Row> lock_rows();
std::span<const Row> timer_rows();
std::span<const Row> memory_rows();
std::span<const Row> million_rows();
std::span<const Row> fairness_rows();
std::span<const Row> beside_rows();

/// Wall time since it was made.
class Watch {
  public:
    double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }
    double ns_each(double operations) const { return seconds() * 1e9 / operations; }

  private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

double cpu_seconds();           ///< of all threads of this process, so far
double resident_bytes();        ///< of this process, now
void keep(std::int64_t value);  ///< so that the work for it cannot be left out

}  // namespace bench

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "weft/time.h"

namespace weft::inline abi1::sim {

/// What befalls the calls of weft::fs. Whether it does is chosen like everything in the run; the
/// first choice, to which a failure is shortened, is always that it does not.
struct DiskFaults {
    std::size_t fail_one_in = 0;  ///< an open, write, sync, close or rename; 0: none
    bool short_writes = false;    ///< the system may take half of what is written
    std::uint64_t full_after = std::numeric_limits<std::uint64_t>::max();  ///< bytes written
};

/// While it lives, in a simulated run: calls of weft::fs fail as told, with unavailable/"io" or
/// unavailable/"disk-full". What succeeds is done in the real files.
///
/// Errors: one in a run, and only in a simulated one: else a contract breach.
class SimDisk {
  public:
    explicit SimDisk(const DiskFaults& faults);
    ~SimDisk();
    SimDisk(const SimDisk&) = delete;
    SimDisk& operator=(const SimDisk&) = delete;

    /// There is room for so many bytes more.
    void make_room(std::uint64_t bytes) noexcept { room_ = bytes; }

    /// The system's answer to a call: 0, or an errno. For weft::fs.
    int fault() const noexcept;
    /// How many of these bytes a write takes; 0: there is no room. For weft::fs.
    std::size_t take(std::size_t bytes) noexcept;

  private:
    const DiskFaults faults_;
    std::uint64_t room_;
};

/// Sets the wall clock of the simulated run forward or back, as an administrator or a time server
/// does. Only wall_now() tells; timers and Clock go on. Outside of one: a contract breach.
void move_wall_clock(Duration by);

}  // namespace weft::inline abi1::sim

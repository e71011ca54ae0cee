// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/sim_faults.h"

#include <algorithm>
#include <cerrno>

#include "weft/ensure.h"
#include "weft/sim_faults.h"

#include "runtime/src/runtime.h"

namespace weft::inline abi1 {
namespace detail {

int disk_fault() noexcept {
    const SimDriver* simulation = this_simulation();
    return simulation != nullptr && simulation->disk != nullptr ? simulation->disk->fault() : 0;
}

std::size_t disk_takes(std::size_t bytes) noexcept {
    const SimDriver* simulation = this_simulation();
    return simulation != nullptr && simulation->disk != nullptr ? simulation->disk->take(bytes)
                                                                : bytes;
}

}  // namespace detail

namespace sim {

SimDisk::SimDisk(const DiskFaults& faults) : faults_(faults), room_(faults.full_after) {
    detail::SimDriver* simulation = detail::this_simulation();
    ENSURE(simulation != nullptr && simulation->disk == nullptr,
           "a SimDisk is for a simulated run, which has one at most");
    simulation->disk = this;
}

SimDisk::~SimDisk() {
    if (detail::SimDriver* simulation = detail::this_simulation()) simulation->disk = nullptr;
}

int SimDisk::fault() const noexcept {
    const std::size_t one_in = faults_.fail_one_in;
    return one_in != 0 && detail::choose(detail::Choice::fault, one_in) + 1 == one_in ? EIO : 0;
}

std::size_t SimDisk::take(std::size_t bytes) noexcept {
    std::size_t taken = bytes;
    if (taken > 1 && faults_.short_writes && detail::choose(detail::Choice::fault, 2) == 1)
        taken /= 2;
    taken = static_cast<std::size_t>(std::min<std::uint64_t>(taken, room_));
    room_ -= taken;
    return taken;
}

void move_wall_clock(Duration by) {
    detail::SimDriver* simulation = detail::this_simulation();
    ENSURE(simulation != nullptr, "only a simulated run's clock can be moved");
    simulation->wall_offset += by.count();
}

}  // namespace sim
}  // namespace weft::inline abi1

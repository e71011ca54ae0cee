// SPDX-License-Identifier: Apache-2.0
#include "weft/sim_network.h"

#include "weft/ensure.h"

#include "runtime/src/runtime.h"
#include "runtime/src/sim_streams.h"

namespace weft::inline abi1 {

detail::SimStreams* detail::sim_streams() noexcept {
    const SimDriver* simulation = this_simulation();
    return simulation != nullptr ? simulation->network : nullptr;
}

namespace sim {

SimNetwork::SimNetwork(const NetworkFaults& faults)
    : streams_(std::make_unique<detail::SimStreams>(faults)) {
    detail::SimDriver* simulation = detail::this_simulation();
    ENSURE(simulation != nullptr && simulation->network == nullptr,
           "a SimNetwork is for a simulated run, which has one at most");
    simulation->network = streams_.get();
}

SimNetwork::~SimNetwork() {
    if (detail::SimDriver* simulation = detail::this_simulation()) simulation->network = nullptr;
}

void SimNetwork::cut(const std::string& address) {
    detail::SimStreams::cut(streams_->route(address));
}
void SimNetwork::mend(const std::string& address) {
    detail::SimStreams::mend(streams_->route(address));
}
void SimNetwork::reset(const std::string& address) {
    detail::SimStreams::reset(streams_->route(address));
}

}  // namespace sim
}  // namespace weft::inline abi1

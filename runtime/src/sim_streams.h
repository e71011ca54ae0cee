// SPDX-License-Identifier: Apache-2.0
// Streams in memory. All goroutines of a simulated run share one thread and change places only
// where weft lets them: so what is seen here stays so until the next wait, without locks.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "weft/net.h"
#include "weft/sim_network.h"

namespace weft::inline abi1::detail {

struct SimRoute;

class SimStreams {
  public:
    explicit SimStreams(const sim::NetworkFaults& faults) : faults_(faults) {}

    Result<net::Listener> listen(const std::string& address, int backlog);
    Result<net::Connection> dial(const std::string& address, const std::source_location& where);

    /// What is known of an address, whether or not somebody listens there.
    SimRoute& route(const std::string& address);

    static void cut(SimRoute& route) noexcept;
    static void mend(SimRoute& route) noexcept;
    static void reset(SimRoute& route) noexcept;

  private:
    std::shared_ptr<SimRoute> shared_route(const std::string& address);

    const sim::NetworkFaults faults_;
    std::map<std::string, std::shared_ptr<SimRoute>> routes_;
    unsigned next_port_ = 40'000;
};

/// The network of the simulated run that the caller is in; null: it is in none, or that has none.
SimStreams* sim_streams() noexcept;

}  // namespace weft::inline abi1::detail

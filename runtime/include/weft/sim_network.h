// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "weft/time.h"

namespace weft::inline abi1::detail {
class SimStreams;
}

namespace weft::inline abi1::sim {

/// What befalls the streams of a SimNetwork. Whether it does is chosen like everything in the run;
/// the first choice, to which a failure is shortened, is always that it does not.
struct NetworkFaults {
    Duration delay_min = Duration::zero();
    Duration delay_max = std::chrono::milliseconds(1);  ///< a piece takes that long at most
    bool short_writes = false;                          ///< a write may take half of what it could
    std::size_t lose_one_in = 0;  ///< a piece is lost, and comes `resend` later; 0: none is
    Duration resend = std::chrono::milliseconds(200);
    std::size_t reset_one_in = 0;    ///< a write resets its connection; 0: none does
    std::size_t buffer = 64 * 1024;  ///< bytes under way or unread, for each direction
};

/// While it lives, in a simulated run: net::listen and net::dial stay in memory, in virtual time.
/// Datagrams, names and foreign descriptors are not simulated. Addresses are taken as they are
/// written: who dials writes what was listened on, or Listener::address(); ":8080" is every
/// host's. Listener and Connection then have no descriptor.
///
/// Errors: one network in a run, and only in a simulated one: else a contract breach.
/// Example: runtime/docs/explore.md
class SimNetwork {
  public:
    explicit SimNetwork(const NetworkFaults& faults = {});
    /// Connections that are still there go on.
    ~SimNetwork();
    SimNetwork(const SimNetwork&) = delete;
    SimNetwork& operator=(const SimNetwork&) = delete;

    /// Nothing gets to this address or from it until mend(): what is written waits, and so does who
    /// dials, for 127 s (then timeout/"deadline", as from Linux).
    void cut(const std::string& address);
    void mend(const std::string& address);
    /// Resets all connections that were made to it.
    void reset(const std::string& address);

  private:
    std::unique_ptr<detail::SimStreams> streams_;
};

}  // namespace weft::inline abi1::sim

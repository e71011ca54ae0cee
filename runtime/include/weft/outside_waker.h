// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace weft::inline abi1 {

/// Says, while it lives, that a thread that weft did not start (gRPC's, a C library's) will wake a
/// goroutine: through a Promise, a channel, an Event. That all goroutines are asleep is then no
/// deadlock, and nothing is reported. Hold one where such a wake is expected, no longer. In the
/// simulator, where there are no other threads, it says nothing.
///
/// Example: runtime/examples/recipes/grpc.cpp
class [[nodiscard]] OutsideWaker {
  public:
    OutsideWaker() noexcept;
    ~OutsideWaker();
    OutsideWaker(const OutsideWaker&) = delete;
    OutsideWaker& operator=(const OutsideWaker&) = delete;

  private:
    const bool counted_;
};

}  // namespace weft::inline abi1

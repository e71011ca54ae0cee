// SPDX-License-Identifier: Apache-2.0
// Whom a wait for permits is for: those on whose stacks the permits lie that are out. Any one of
// them could end it, so it is for ever only if all of them wait for ever. That is never proven
// here: one may hand its permit on by a way that nobody sees.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "weft/detail/permit_places.h"

#include "runtime/src/wait_graph.h"

namespace weft::inline abi1 {
class Semaphore;
}

namespace weft::inline abi1::detail {

class PermitHolders {
  public:
    void add(const Goroutine* holder) noexcept;
    std::size_t count() const noexcept { return count_; }
    const Goroutine* const* begin() const noexcept { return who_.data(); }
    const Goroutine* const* end() const noexcept { return who_.data() + count_; }

  private:
    std::array<const Goroutine*, PermitPlaces::most> who_{};  // each once
    std::size_t count_ = 0;
};

/// How a semaphore stands; may change meanwhile.
const PermitPlaces& places_of(const Semaphore& semaphore) noexcept;
std::int64_t free_permits_of(const Semaphore& semaphore) noexcept;

/// Whether each permit that is out lies on the stack of somebody who waits: else one may come back.
bool all_holders_wait(const PermitPlaces& places) noexcept;
/// The same of a wait for permits; false as well if that has ended.
bool all_holders_wait(const WaitView& waits) noexcept;

/// None: there is a permit of which it is not known, or the wait is over.
PermitHolders permit_holders(const PermitPlaces& places) noexcept;
PermitHolders permit_holders(const WaitView& waits) noexcept;
/// Null: there are none such, or several.
const Goroutine* only_holder(const WaitView& waits) noexcept;

/// Counts the waits for permits.
class WaitForPermits {
  public:
    /// After that, whoever looks sees the wait that the caller has armed.
    WaitForPermits() noexcept;
    ~WaitForPermits();
    WaitForPermits(const WaitForPermits&) = delete;
    WaitForPermits& operator=(const WaitForPermits&) = delete;

    /// A glimpse.
    static bool are_some() noexcept;
};

}  // namespace weft::inline abi1::detail

// SPDX-License-Identifier: Apache-2.0
// From whom a detached goroutine descends, for the diagnosis. Nothing keeps its ancestors: who has
// started it may have ended, and then nobody else could tell in whose frames lies what the detached
// one may have been handed by reference.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "weft/detail/hidden.h"

namespace weft::inline abi1::detail {

class Goroutine;
class TaskOwner;

struct Ancestor {
    const Goroutine* goroutine;  ///< its block; another's if it has ended
    std::uint64_t id;
    std::uint64_t parent;  ///< as in Goroutine
    /// An address only: it may be gone. Null: detached, or main.
    Hidden<const TaskOwner> owner;
};

struct Lineage {
    static constexpr std::size_t most = 16;
    /// Whoever has started it, and then the ancestors of that one as far as nobody else knows them:
    /// those in whose scopes it ran and, where one was detached, its own lineage.
    std::vector<Ancestor> ancestors;
    bool is_whole = true;  ///< false: there were more, or a plain thread was among them
};

/// Of what the caller detaches.
Lineage lineage_of_caller();

/// Nothing: it has ended, or is not detached.
std::optional<Lineage> lineage_of(const Goroutine* goroutine, std::uint64_t id);

}  // namespace weft::inline abi1::detail

// SPDX-License-Identifier: Apache-2.0
// The control block of a goroutine. Blocks live in slabs that are never unmapped, so a stale
// pointer can always be asked (and answers that its wait is over), and a dump walks the slabs
// instead of a list.
#pragma once

#include <atomic>
#include <cstdint>
#include <source_location>

#include "weft/detail/park.h"
#include "weft/detail/spawn.h"

#include "runtime/src/fiber.h"
#include "runtime/src/stack.h"

namespace weft::inline abi1 {
struct Report;
}

namespace weft::inline abi1::detail {

class TaskOwner;

// The wake word: the wait's sequence number above these bits.
namespace wake_bits {
inline constexpr std::uint64_t armed = 1;          // a claim may win
inline constexpr std::uint64_t interruptible = 2;  // a cancel may claim
inline constexpr std::uint64_t inspecting = 4;     // a dump walks its stack: claims wait for it
inline constexpr std::uint64_t said = 8;           // a report has called this wait stuck
inline constexpr unsigned sequence_shift = 8;
}  // namespace wake_bits

enum class Life : std::uint8_t { free, fresh, alive };

struct ThreadPark;
struct LocalValue;  // goroutine_local.h
inline constexpr std::uint16_t no_worker = 0xffff;

class alignas(64) Goroutine {
  public:
    Ambient ambient;  ///< first: park.h reaches it without knowing the rest
    std::atomic<std::uint64_t> wake{0};
    Fiber fiber;
    Goroutine* next = nullptr;  ///< link of whichever queue holds it
    /// Its stack has been left: it may run. It may be made runnable before, by a waker on another
    /// worker; whoever picks it then puts it back.
    std::atomic<bool> off{true};
    Woke woke = Woke::by_peer;
    std::atomic<Life> life{Life::free};
    std::uint8_t no_park = 0;               ///< depth of NoPark sections
    std::uint16_t last_worker = no_worker;  ///< kept only where migration is forced
    bool detached = false;                  ///< nobody waits for it: see lineage.h
    std::uint32_t wanted_stack_bytes = 0;   ///< 0: the usual
    std::uint32_t far_closure_bytes = 0;    ///< of what it captured, where that lies in the heap
    Stack stack;
    std::uint64_t id = 0;
    const char* name = nullptr;
    std::source_location spawned_at = {};
    ThreadPark* thread = nullptr;  ///< set for a plain thread's pseudo-goroutine

    // A million that have not run should cost little: what only those need that have is not there
    // yet, and what they start with moves to their stack when they begin.
    struct Fresh {
        std::uint64_t parent;  ///< as in Begun
        const Body* body;
        union {
            alignas(16) std::byte closure[64];
            void* far_closure;  ///< where it does not fit
        };
    };
    struct Begun {
        /// The id of the goroutine that started it; its own: it is main; 0: a plain thread, or the
        /// runtime, has.
        std::uint64_t parent = 0;
        WaitNote note;
        std::int64_t waiting_since = 0;     ///< coarse monotonic ns
        LocalValue* locals = nullptr;       ///< of GoroutineLocal variables, the last made first
        const TaskOwner* owner = nullptr;   ///< whose task it is; null: nobody's
        Report* refused = nullptr;          ///< why its wait was refused, until it is thrown
        const void* far_closure = nullptr;  ///< as in Fresh; null: it lies on its stack
    };
    union {
        Fresh fresh;
        Begun begun;
    };

    Goroutine() noexcept : begun{} {}

    std::uint64_t parent() const noexcept { return begun.parent; }  // where `fresh` has it, too
};
#if !defined(WEFT_ASAN) && !defined(WEFT_TSAN)
static_assert(sizeof(Goroutine) == 256);
#endif

/// Destroys the values of GoroutineLocal variables, in the goroutine itself.
void drop_locals(Goroutine* goroutine) noexcept;

/// The lowest usable address of the running goroutine's stack.
std::byte* self_stack_low() noexcept;

/// Takes a block from the slabs, with a fresh id. Never fails (ends the process when memory is
/// gone).
Goroutine* take_goroutine() noexcept;
void give_goroutine(Goroutine* goroutine) noexcept;

/// Calls f for every block ever made; the callee looks at `life`. Safe beside everything else.
void each_goroutine(void (*f)(Goroutine*, void*), void* arg);

/// Keeps all blocks as they are while it lives, for each_slab().
class SlabsHeld {
  public:
    SlabsHeld();
    ~SlabsHeld();
    SlabsHeld(const SlabsHeld&) = delete;
    SlabsHeld& operator=(const SlabsHeld&) = delete;
};
/// Calls f(first, count) for each row of blocks, in the order of each_goroutine(). Locks nothing.
void each_slab(void (*f)(Goroutine*, std::size_t, void*), void* arg) noexcept;

/// How many blocks each_goroutine() would visit.
std::size_t goroutine_blocks() noexcept;

/// Whether the block is still that goroutine, and in that part of its life: then what was read of
/// it before was that one's.
bool is_still(const Goroutine* block, std::uint64_t id, Life life) noexcept;

/// Monotonic time good to a few milliseconds at the price of a few nanoseconds: for ages.
std::int64_t coarse_now() noexcept;

/// The wait's sequence number of a wake word.
inline std::uint64_t sequence_of(std::uint64_t word) noexcept {
    return word >> wake_bits::sequence_shift;
}

/// Whether it waits, off its stack. Reports only: it may have ended by the time of the answer.
bool is_parked(const Goroutine* goroutine) noexcept;

/// Holds a goroutine that waits still, whether or not it has left its stack yet: what it waits for
/// and what it holds can be read. Let it go by end_inspection(). False: it does not wait.
bool hold_wait(Goroutine* goroutine) noexcept;
/// Likewise, while its stack is walked. False: it is not parked.
bool begin_inspection(Goroutine* goroutine) noexcept;
void end_inspection(Goroutine* goroutine) noexcept;

}  // namespace weft::inline abi1::detail

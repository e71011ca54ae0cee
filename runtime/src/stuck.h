// SPDX-License-Identifier: Apache-2.0
// What hangs for ever, or is held up, though other goroutines go on: looked for in the background.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "weft/time.h"

#include "runtime/src/growth.h"
#include "runtime/src/once_per_site.h"

namespace weft::inline abi1::detail {

class Goroutine;
class Runtime;
struct Hanging;
struct Stuck;
class Waits;

/// How long this thread has run, in nanoseconds: not how long others have kept it waiting.
std::int64_t processor_time() noexcept;

/// Looks twice in Options::stuck_after, on a thread of its own, for one part in 64 of the time at
/// most, and tells what weft::stuck() would say and has not been told before.
class StuckWatch {
  public:
    explicit StuckWatch(Runtime& runtime);
    /// Ends the watch.
    ~StuckWatch();
    StuckWatch(const StuckWatch&) = delete;
    StuckWatch& operator=(const StuckWatch&) = delete;

  private:
    void watch();
    void look();
    void look_for_held_up(const Waits& waits, const Hanging& hanging);
    void look_for_stuck(const Hanging& hanging);
    void look_for_growth();
    bool somebody_waits_long();
    void look_by_memory();
    void tell_of(const Stuck& one, const char* why_not);
    void say(const Report& report);

    Runtime& runtime_;
    std::mutex mutex_;
    std::condition_variable ending_;
    bool ends_ = false;
    bool told_ = false;  // of something, in the look that runs or ran last
    OncePerSite held_up_said_;
    OncePerSite slow_said_;  // who has been called slow may hang later
    /// In which of its waits somebody was, and behind whom.
    using Sight = std::pair<std::uint64_t, const Goroutine*>;
    std::map<const Goroutine*, Sight> held_up_before_;
    OncePerSite stuck_said_;
    Growth growth_;
    OncePerSite growth_said_;
    std::map<const Goroutine*, std::uint64_t> stuck_before_;  // in which of its waits
    struct Judged {
        std::uint64_t sequence;
        std::int64_t age;  // of the wait then
    };
    std::map<const Goroutine*, Judged> judged_;  // by a search of memory
    const void* own_stack_ = nullptr;            // where that of its thread begins
    std::thread thread_;
};

}  // namespace weft::inline abi1::detail

// SPDX-License-Identifier: Apache-2.0
// Looks after the workers: one that has run the same goroutine for too long is named once for each
// place in the program, and spare workers run the others meanwhile. Go's sysmon, for a runtime that
// cannot interrupt a goroutine.
#pragma once

#include <atomic>
#include <cstdint>
#include <set>
#include <thread>
#include <vector>

#include "runtime/src/thread_state.h"
#include "runtime/src/worker.h"

namespace weft::inline abi1::detail {

class Watchman {
  public:
    /// So many workers at most stand in for those that are held up.
    static constexpr unsigned spares = 16;

    /// Begins to watch. `serve(worker)` runs a spare worker on the thread that calls it.
    Watchman(Runtime& runtime, void (*serve)(Worker&));
    ~Watchman() = default;
    /// Ends the watch, and joins the spares, which have seen that the runtime stops. Once.
    void end();
    Watchman(const Watchman&) = delete;
    Watchman& operator=(const Watchman&) = delete;

    /// A worker has woken: while all sleep nobody watches.
    void rouse() noexcept {
        if (state_.load(std::memory_order_seq_cst) == dozes) [[unlikely]]
            wake_up();
    }
    /// Whether this worker, a spare, is no longer needed.
    bool surplus(const Worker& worker) const noexcept;

  private:
    enum State : std::uint32_t { watches, dozes, ends };
    enum class Doing : std::uint8_t { works, computes, blocks };
    /// What was seen of a worker. Begins anew whenever its tick or its goroutine has changed.
    struct Seen {
        std::uint32_t tick = 0;
        std::uint32_t calls_here = 0;
        const Goroutine* goroutine = nullptr;
        std::int64_t since = 0;
        std::int64_t measured_at = 0;  // when `runnable` had been read last; 0: not yet
        std::int64_t runnable = 0;     // see runnable_time
        std::int64_t judged_at = 0;
        Doing doing = Doing::works;
        bool told = false;
        ThreadState state;
    };
    struct Spare {
        Worker* worker = nullptr;
        std::thread thread;
        std::atomic<bool> serving{false};
    };

    void watch();
    void doze() noexcept;
    void wake_up() noexcept;
    void look(std::int64_t now);
    static bool in_call_here(const Worker& worker, Seen& seen) noexcept;
    void judge(const Worker& worker, Seen& seen, std::int64_t now) const;
    void tell(const Worker& worker, Seen& seen);
    void want_spares(unsigned wanted);
    void start(Spare& spare);
    void reap_spares();
    void gone();

    Runtime& runtime_;
    void (*const serve_)(Worker&);
    std::vector<Seen> seen_;
    std::set<std::uintptr_t> told_;  // the places that were named
    std::atomic<unsigned> wanted_{0};
    std::atomic<std::uint32_t> state_{watches};
    Spare spare_[spares];
    std::thread thread_;
};

}  // namespace weft::inline abi1::detail

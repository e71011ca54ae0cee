// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/exploration.h"

#include <algorithm>
#include <csignal>
#include <exception>
#include <memory>
#include <string_view>
#include <unistd.h>
#include <utility>

#include "weft/detail/step.h"
#include "weft/run.h"

#include "runtime/src/picks.h"
#include "runtime/src/runtime.h"

namespace weft::inline abi1::detail {

namespace {

std::string text_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "something that is no std::exception";
    }
}

void print(std::string_view text) noexcept {
    if (write(STDERR_FILENO, text.data(), text.size()) < 0) return;  // nobody reads it
}

// What ends the process by SIGABRT (a broken contract, an assertion) comes from the program's own
// call, on this thread.
class AbortWatch {
  public:
    AbortWatch(const Exploration& exploration, const ExploredRun& run)
        : exploration_(exploration), run_(run) {
        watching = this;
        struct sigaction action{};
        action.sa_handler = [](int) { watching->say(); };
        sigaction(SIGABRT, &action, &before_);
    }
    ~AbortWatch() {
        sigaction(SIGABRT, &before_, nullptr);
        watching = nullptr;
    }
    AbortWatch(const AbortWatch&) = delete;
    AbortWatch& operator=(const AbortWatch&) = delete;

  private:
    void say() const noexcept {
        const std::vector<Pick>& picks = run_.picks();
        print("weft: explore: the process ends; repeat it: WEFT_REPLAY=");
        print(exploration_.site());
        print("/");
        put_picks(picks.size(), [&picks](std::size_t i) { return picks[i].pick; }, print);
        print("\n");
        sigaction(SIGABRT, &before_, nullptr);
    }

    static const AbortWatch* watching;  // explorations are one at a time, as runs are
    const Exploration& exploration_;
    const ExploredRun& run_;
    struct sigaction before_{};
};
const AbortWatch* AbortWatch::watching = nullptr;

class Exploring {
  public:
    Exploring() { exploring.store(true, std::memory_order_relaxed); }
    ~Exploring() { exploring.store(false, std::memory_order_relaxed); }
    Exploring(const Exploring&) = delete;
    Exploring& operator=(const Exploring&) = delete;
};

}  // namespace

std::vector<std::uint32_t> numbers_of(const std::vector<Pick>& picks) {
    std::vector<std::uint32_t> numbers;
    for (const Pick& pick : picks) numbers.push_back(pick.pick);
    return numbers;
}

std::string Exploration::replay_of(const std::vector<std::uint32_t>& picks) const {
    return site_ + '/' + text_of_picks(picks);
}

Ended Exploration::run(Strategy& strategy, Watch watch) const {
    ExploredRun run(strategy, options_.choices, watch);
    Options options = options_.run;
    options.on_deadlock = [&run](const std::string& report) { run.fail(RunEnd::deadlock, report); };
    if (!options.on_report) options.on_report = [](const Report&) {};
    const AbortWatch until_end(*this, run);
    try {
        run_main(
            [&](const Body& body, void* closure) {
                Runtime runtime(options, std::make_unique<SimDriver>(options_.seed, run));
                const Exploring now;
                return runtime.run(body, closure);
            },
            [this] { test_(); });
    } catch (...) {
        run.fail(RunEnd::threw, text_of(std::current_exception()));
    }
    return {run.end(), run.what(), run.picks(), run.stretches()};
}

Ended Exploration::again(std::vector<std::uint32_t> picks, Watch watch) const {
    ReplayStrategy strategy(std::move(picks));
    strategy.begin();
    return run(strategy, watch);
}

// The first choice of each is to go on, or whoever has waited longest: so the more of them, the
// fewer turns. Large pieces are tried before small ones.
std::vector<std::uint32_t> Exploration::shortened(const Ended& failed) const {
    int runs_left = 300;
    std::vector<std::uint32_t> best = without_tail(numbers_of(failed.picks));
    const auto try_without = [&](std::size_t begin, std::size_t end) {
        auto picks = best;
        std::fill(picks.begin() + static_cast<std::ptrdiff_t>(begin),
                  picks.begin() + static_cast<std::ptrdiff_t>(end), 0);
        if (picks == best) return false;
        --runs_left;
        const Ended ended = again(std::move(picks));
        if (ended.end != failed.end) return false;
        auto found = without_tail(numbers_of(ended.picks));
        // Other choices may have come up: only fewer are progress.
        if (std::count(found.begin(), found.end(), 0U) + std::ssize(best) <=
            std::count(best.begin(), best.end(), 0U) + std::ssize(found))
            return false;
        best = std::move(found);
        return true;
    };
    bool better = true;
    for (std::size_t piece = best.size(); piece > 0 && runs_left > 0;) {
        better = false;
        for (std::size_t at = 0; at < best.size() && runs_left > 0; at += piece)
            better |= try_without(at, std::min(at + piece, best.size()));
        if (!better || piece > 1) piece /= 2;
    }
    return best;
}

}  // namespace weft::inline abi1::detail

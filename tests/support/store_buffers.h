// SPDX-License-Identifier: Apache-2.0
// Every order of a small model with store buffers: what x86 may do, and what a compiler fence alone
// does not prevent.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <utility>
#include <vector>

namespace test {

/// Two threads, each a small program over two flags; a store waits in its thread's buffer until it
/// is flushed, at any later step. membarrier flushes the other thread's buffer too.
class StoreBuffers {
  public:
    enum class Step : std::uint8_t { set, clear, fence, test, inside, end };
    struct Line {
        Step step;
        std::uint8_t flag = 0;  // 0: the frequent one is inside, 1: the rare one is, or wants to be
        std::uint8_t if_set = 0;  // test: where to go on when the other's flag is set
    };
    using Program = std::span<const Line>;

    /// The rare one's stores are exchanges; without `with_fence` its fence does nothing.
    StoreBuffers(Program frequent, Program rare, bool with_fence)
        : programs_{frequent, rare}, with_fence_(with_fence) {}

    bool both_can_be_inside() {
        explore(State{});
        return both_;
    }
    std::size_t states() const { return seen_.size(); }

  private:
    struct State {
        std::array<std::uint8_t, 2> at{};
        std::array<bool, 2> memory{};
        std::array<std::vector<std::pair<std::uint8_t, bool>>, 2> buffer;
        auto operator<=>(const State&) const = default;
    };

    const Line& line(const State& s, int who) const {
        return programs_[static_cast<std::size_t>(who)][s.at[static_cast<std::size_t>(who)]];
    }
    static bool read(const State& s, int who, std::uint8_t flag) {
        for (auto at = s.buffer[who].rbegin(); at != s.buffer[who].rend(); ++at)
            if (at->first == flag) return at->second;
        return s.memory[flag];
    }
    static void flush(State& s, int who) {
        for (const auto& [flag, value] : s.buffer[who]) s.memory[flag] = value;
        s.buffer[who].clear();
    }

    void explore(const State& s) {
        if (both_ || !seen_.insert(s).second) return;
        both_ = line(s, 0).step == Step::inside && line(s, 1).step == Step::inside;
        for (int who = 0; who < 2; ++who) {
            if (!s.buffer[who].empty()) {
                State next = s;
                const auto [flag, value] = next.buffer[who].front();
                next.buffer[who].erase(next.buffer[who].begin());
                next.memory[flag] = value;
                explore(next);
            }
            step(s, who);
        }
    }

    void step(const State& s, int who) {
        const Line& now = line(s, who);
        State next = s;
        ++next.at[who];
        switch (now.step) {
            case Step::set:
            case Step::clear:
                next.buffer[who].emplace_back(now.flag, now.step == Step::set);
                if (who == 1 && now.step == Step::set) flush(next, who);  // an exchange
                break;
            case Step::fence:
                if (with_fence_)
                    for (int each = 0; each < 2; ++each) flush(next, each);
                break;
            case Step::test:
                if (read(s, who, now.flag)) next.at[who] = now.if_set;
                break;
            case Step::inside:
                break;
            case Step::end:
                return;
        }
        explore(next);
    }

    std::array<Program, 2> programs_;
    bool with_fence_;
    bool both_ = false;
    std::set<State> seen_;
};

}  // namespace test

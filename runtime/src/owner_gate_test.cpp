// SPDX-License-Identifier: Apache-2.0
// The gate is checked twice: every order of a small model with store buffers (what x86 may do, and
// what a compiler fence alone does not prevent), and the real one under load.
#include "runtime/src/owner_gate.h"

#include <array>
#include <cstdint>
#include <doctest/doctest.h>
#include <set>
#include <thread>
#include <vector>

#include "runtime/src/run_queue.h"

using namespace weft::detail;

namespace {

// --- the model -----------------------------------------------------------------------------------
// Two threads, each a small program over two flags; a store waits in its thread's buffer until it
// is flushed, at any later step. membarrier flushes the other thread's buffer too.

enum class Step : std::uint8_t { set, clear, fence, test, inside, end };
struct Line {
    Step step;
    std::uint8_t flag = 0;    // 0: the owner is inside, 1: a thief is
    std::uint8_t if_set = 0;  // test: where to go on when the other's flag is set
};

struct State {
    std::array<std::uint8_t, 2> at{};
    std::array<bool, 2> memory{};
    std::array<std::vector<std::pair<std::uint8_t, bool>>, 2> buffer;
    auto operator<=>(const State&) const = default;
};

constexpr std::array owner_program = {
    Line{Step::set, 0},     Line{Step::test, 1, 4},  // enter(): inside, or wait_outside()
    Line{Step::inside},     Line{Step::clear, 0, 0}, Line{Step::clear, 0},
    Line{Step::test, 1, 5}, Line{Step::set, 0},      Line{Step::test, 1, 4},
    Line{Step::inside},     Line{Step::clear, 0},    Line{Step::end}};
constexpr std::array thief_program = {Line{Step::set, 1},     Line{Step::fence},
                                      Line{Step::test, 0, 4}, Line{Step::inside},
                                      Line{Step::clear, 1},   Line{Step::end}};

class Model {
  public:
    explicit Model(bool with_fence) : with_fence_(with_fence) {}

    bool both_can_be_inside() {
        explore(State{});
        return both_;
    }
    std::size_t states() const { return seen_.size(); }

  private:
    static const Line& line(const State& s, int who) {
        return who == 0 ? owner_program[s.at[0]] : thief_program[s.at[1]];
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

    bool with_fence_;
    bool both_ = false;
    std::set<State> seen_;
};

}  // namespace

TEST_CASE("in no order of stores are the owner and a thief inside the gate together") {
    Model model(true);
    CHECK_FALSE(model.both_can_be_inside());
    CHECK(model.states() > 30);
}

TEST_CASE("the model of the gate finds the error when the thief passes no fence") {
    CHECK(Model(false).both_can_be_inside());
}

TEST_CASE("no item is taken twice or lost between the owner and thieves") {
    constexpr std::uint32_t items = 4096;
    OwnerGate gate;
    RunQueue<64> queue;
    std::vector<std::atomic<int>> queued(items);
    std::atomic<int> wrong{0};
    std::atomic<int> stolen{0};
    std::atomic<bool> over{false};
    const auto take = [&](Goroutine* item) {
        if (item == nullptr) return false;
        if (queued[reinterpret_cast<std::uintptr_t>(item) % items].fetch_sub(1) != 1) ++wrong;
        return true;
    };
    std::vector<std::thread> thieves;
    for (int t = 0; t < 2; ++t)
        thieves.emplace_back([&] {
            while (!over.load()) {
                if (gate.try_enter_as_thief()) {
                    Goroutine* item = queue.pop_oldest();
                    gate.leave_as_thief();
                    if (take(item)) stolen.fetch_add(1);
                }
                std::this_thread::yield();
            }
        });
    for (std::uintptr_t next = items; stolen.load() < 1000 || next < 100'000; ++next) {
        const std::uintptr_t id = next % items;
        const bool push = queued[id].load() == 0;
        if (push) queued[id].store(1);
        gate.enter();
        const bool pushed = push && queue.push(reinterpret_cast<Goroutine*>(items + id));
        Goroutine* item = next % 3 == 0 ? queue.pop_newest() : nullptr;
        gate.leave();
        if (push && !pushed) queued[id].store(0);
        take(item);
        if (next % 64 == 0) std::this_thread::yield();
    }
    over.store(true);
    for (auto& thread : thieves) thread.join();
    while (take(queue.pop_newest())) {
    }
    int left = 0;
    for (const auto& each : queued) left += each.load();
    CHECK(wrong.load() == 0);
    CHECK(left == 0);
}

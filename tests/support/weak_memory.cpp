// SPDX-License-Identifier: Apache-2.0
// A state is reached again by running the coroutines anew with the same choices: they cannot be
// copied. Two states are the same where the memory is, what each thread knows, and what each was
// answered so far: from that its place and its variables follow.
#include "tests/support/weak_memory.h"

#include <algorithm>
#include <array>
#include <functional>
#include <stdexcept>
#include <unordered_set>

namespace test::model {
namespace {

using Kind = Op::Kind;

constexpr std::size_t variables_max = 32;
constexpr std::size_t values_max = 250;
constexpr std::size_t states_max = 3'000'000;

/// Of each variable, the newest value known, by its place in the variable's history.
using View = std::array<std::uint8_t, variables_max>;

void join(View& into, const View& from) {
    for (std::size_t i = 0; i < into.size(); ++i) into[i] = std::max(into[i], from[i]);
}

struct Message {
    Value value = 0;
    View view{};  // what who acquires it knows then
};

struct Known {
    View now{};
    View released{};    // as of its last fence: what a relaxed store carries
    View acquirable{};  // what its next fence lets it know
};

bool acquires(Order order) {
    return order == Order::acquire || order == Order::acq_rel || order == Order::seq_cst;
}
bool releases(Order order) {
    return order == Order::release || order == Order::acq_rel || order == Order::seq_cst;
}

struct Choice {
    std::uint8_t thread = 0;
    std::uint8_t message = 0;
};

class State {
  public:
    explicit State(const Program& program)
        : program_(program),
          memory_(program.atomics + program.plains),
          known_(threads()),
          reads_(program.plains * threads()),
          fences_passed_(threads()) {
        if (memory_.size() + reads_.size() > variables_max)
            throw std::logic_error("a model with too many variables");
        for (auto& history : memory_) history.emplace_back();
        for (const auto& [at, value] : program.first) memory_[at][0].value = value;
        for (const auto& start : program.threads) all_.push_back(start());
        for (std::size_t t = 0; t < threads(); ++t) {
            all_[t].resume();
            go_on(t);
        }
    }

    const std::string& wrong() const { return wrong_; }

    std::vector<Choice> choices() const {
        std::vector<Choice> all;
        for (std::size_t t = 0; t < threads(); ++t)
            if (!all_[t].ended()) add_choices(t, all);
        return all;
    }

    void apply(Choice choice) {
        const std::size_t t = choice.thread;
        Running& running = all_[t].running();
        const Op& op = running.asked;
        Known& me = known_[t];
        switch (op.kind) {
            case Kind::load:
                running.answer = see(me, op, choice.message).value;
                break;
            case Kind::store:
                append(me, op, op.value, {});
                break;
            case Kind::fence:
                pass_fence(me);
                break;
            case Kind::heavy_fence:
                pass_fence(known_[(t + fences_passed_[t]) % threads()]);  // the last is its own
                if (fences_passed_[t]++ < threads()) return;
                fences_passed_[t] = 0;
                break;
            case Kind::read:
            case Kind::write:
                running.answer = touch(t, op);
                break;
            default:
                update(me, op, choice.message, running.answer);
        }
        running.heard.push_back(running.answer);
        all_[t].resume();
        go_on(t);
    }

    /// Of so many states two with the same number are not to be expected.
    std::size_t key() const {
        std::string key;
        const auto put = [&key](auto value) {
            key.append(reinterpret_cast<const char*>(&value), sizeof value);
        };
        for (const auto& history : memory_) {
            put(history.size());
            for (const Message& one : history) {
                put(one.value);
                put(one.view);
            }
        }
        for (std::size_t t = 0; t < threads(); ++t) {
            put(known_[t].now);
            put(known_[t].released);
            put(known_[t].acquirable);
            put(all_[t].running().heard.size());
            for (const Value value : all_[t].running().heard) put(value);
        }
        put(seq_cst_);
        for (const auto passed : fences_passed_) put(passed);
        for (const auto count : reads_) put(count);
        return std::hash<std::string>{}(key);
    }

    End end() const {
        End end;
        for (const Thread& one : all_) end.ended.push_back(one.ended());
        for (const auto& history : memory_) end.last.push_back(history.back().value);
        return end;
    }

    std::string describe(Choice choice) const {
        static constexpr std::array names = {
            "load", "store", "exchange",    "add",  "and",   "or",     "compare_exchange",
            "take", "fence", "heavy fence", "read", "write", "require"};
        const Op& op = all_[choice.thread].running().asked;
        return "thread " + std::to_string(choice.thread) + ": " +
               names[static_cast<std::size_t>(op.kind)] + ' ' + std::to_string(op.at) + ' ' +
               std::to_string(op.value) + " [" + std::to_string(choice.message) + "]\n";
    }

  private:
    std::size_t threads() const { return program_.threads.size(); }
    std::uint8_t newest(unsigned at) const {
        return static_cast<std::uint8_t>(memory_[at].size() - 1);
    }
    // A view has behind the variables how often each thread has read each that is no atomic.
    std::size_t reads_of(unsigned at, std::size_t thread) const {
        return (at - program_.atomics) * threads() + thread;
    }

    void add_choices(std::size_t t, std::vector<Choice>& all) const {
        const Op& op = all_[t].running().asked;
        const auto add = [&](std::size_t message) {
            all.push_back({static_cast<std::uint8_t>(t), static_cast<std::uint8_t>(message)});
        };
        const Value last = memory_[op.at].back().value;
        std::uint8_t oldest = known_[t].now[op.at];
        if (op.order == Order::seq_cst) oldest = std::max(oldest, seq_cst_[op.at]);
        switch (op.kind) {
            case Kind::load:
                for (std::size_t i = oldest; i <= newest(op.at); ++i)
                    if (op.holds == nullptr || op.holds(memory_[op.at][i].value)) add(i);
                break;
            case Kind::compare_exchange:
                for (std::size_t i = oldest; i <= newest(op.at); ++i)
                    if (i == newest(op.at) || memory_[op.at][i].value != op.expected) add(i);
                break;
            case Kind::take:
                if (last == 0) add(newest(op.at));
                break;
            default:
                add(newest(op.at));
        }
    }

    const Message& see(Known& me, const Op& op, std::uint8_t message) {
        const Message& seen = memory_[op.at][message];
        me.now[op.at] = std::max(me.now[op.at], message);
        join(me.acquirable, seen.view);
        if (acquires(op.order)) join(me.now, seen.view);
        return seen;
    }

    void append(Known& me, const Op& op, Value value, const View& carried) {
        if (memory_[op.at].size() > values_max) throw std::logic_error("a model without an end");
        const auto at = static_cast<std::uint8_t>(memory_[op.at].size());
        me.now[op.at] = at;
        me.acquirable[op.at] = at;
        Message made{value, releases(op.order) ? me.now : me.released};
        join(made.view, carried);
        made.view[op.at] = at;
        memory_[op.at].push_back(made);
        if (op.order == Order::seq_cst) seq_cst_[op.at] = at;
    }

    void pass_fence(Known& me) {
        join(me.now, me.acquirable);
        join(me.now, seq_cst_);
        join(seq_cst_, me.now);
        me.released = me.acquirable = me.now;
    }

    void update(Known& me, const Op& op, std::uint8_t message, Value& answer) {
        Op seen_as = op;
        const Value before = memory_[op.at][message].value;
        answer = before;
        const bool fails = op.kind == Kind::compare_exchange && before != op.expected;
        if (fails) seen_as.order = Order::relaxed;
        const Message seen = see(me, seen_as, message);
        if (fails) return;
        append(me, op, changed(op, before), seen.view);
    }

    static Value changed(const Op& op, Value before) {
        switch (op.kind) {
            case Kind::add:
                return static_cast<Value>(before + op.value);
            case Kind::bit_and:
                return static_cast<Value>(before & op.value);
            case Kind::bit_or:
                return static_cast<Value>(before | op.value);
            default:
                return op.value;
        }
    }

    // What nobody else can tell the order of is done at once. (Not what is no atomic: another's
    // heavy fence may come before it, or after.)
    void go_on(std::size_t t) {
        while (!all_[t].ended() && all_[t].running().asked.kind == Kind::require) {
            if (all_[t].running().asked.value == 0) wrong_ = "what must hold does not";
            if (!wrong_.empty()) return;
            all_[t].resume();
        }
    }

    // Past a race the model means nothing.
    Value touch(std::size_t t, const Op& op) {
        Known& me = known_[t];
        bool races = me.now[op.at] != newest(op.at);
        if (op.kind == Kind::write)
            for (std::size_t other = 0; other < threads(); ++other)
                races |= me.now[memory_.size() + reads_of(op.at, other)] !=
                         reads_[reads_of(op.at, other)];
        if (races) wrong_ = "a race for variable " + std::to_string(op.at);
        if (op.kind == Kind::write)
            append(me, op, op.value, {});
        else
            me.now[memory_.size() + reads_of(op.at, t)] = ++reads_[reads_of(op.at, t)];
        return memory_[op.at].back().value;
    }

    const Program& program_;
    std::vector<std::vector<Message>> memory_;
    std::vector<Known> known_;
    View seq_cst_{};
    std::vector<std::uint8_t> reads_;
    std::vector<std::uint8_t> fences_passed_;  // of the heavy fence that a thread is in
    std::vector<Thread> all_;
    std::string wrong_;
};

class Search {
  public:
    explicit Search(const Program& program) : program_(program) {}

    Found run() {
        visit();
        found_.states = seen_.size();
        return found_;
    }

  private:
    void visit() {
        for (const Choice choice : look()) {
            path_.push_back(choice);
            visit();
            path_.pop_back();
            if (!found_.wrong.empty()) return;
        }
    }

    // Where path_ leads. Nothing: it ends there, or the place is known.
    std::vector<Choice> look() {
        State state(program_);
        for (const Choice choice : path_) state.apply(choice);
        if (!state.wrong().empty()) report(state.wrong());
        if (!state.wrong().empty() || !seen_.insert(state.key()).second) return {};
        if (seen_.size() > states_max) throw std::logic_error("a model with too many states");
        const std::vector<Choice> choices = state.choices();
        if (choices.empty() && !program_.good(state.end()))
            report(state.end().all_ended() ? "all end wrongly" : "somebody waits for ever");
        return choices;
    }

    void report(const std::string& wrong) {
        found_.wrong = wrong;
        State state(program_);
        for (const Choice choice : path_) {
            found_.order += state.describe(choice);
            state.apply(choice);
        }
    }

    const Program& program_;
    std::vector<Choice> path_;
    std::unordered_set<std::size_t> seen_;
    Found found_;
};

}  // namespace

Found explore(const Program& program) {
    return Search(program).run();
}

}  // namespace test::model

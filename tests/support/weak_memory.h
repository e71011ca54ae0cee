// SPDX-License-Identifier: Apache-2.0
// Every order of a small program of a few threads, under a memory in which a thread may go on
// reading old values: what ARM may do, and x86 and the compiler as far as that goes. A thread is a
// coroutine that says each access by co_await, and may call others, so a model reads like the code
// it is of. (gcc 12 goes wrong where co_await stands in a condition: the answer gets a name first.)
//
// The memory is that of C++: each atomic has all the values it ever had, in order, and each thread
// knows of some of them; a load gives any value that is not older than what its thread knows of.
// Acquiring what was released makes the one know what the other knew. Not modelled: loads that see
// stores made later in the program, and stores that come before others they were made after.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace test::model {

using Value = std::int16_t;
enum class Order : std::uint8_t { relaxed, acquire, release, acq_rel, seq_cst };

struct Op {
    enum class Kind : std::uint8_t {
        load,
        store,
        exchange,
        add,
        bit_and,
        bit_or,
        compare_exchange,
        take,
        fence,
        heavy_fence,
        read,
        write,
        require
    };
    Kind kind = Kind::require;
    Order order = Order::relaxed;
    unsigned at = 0;
    Value value = 0;
    Value expected = 0;
    bool (*holds)(Value) = nullptr;  ///< load: waits until it reads such a value
};

class Thread;
class Call;

/// What a thread of a model keeps: the access it asks for, and what it was answered so far.
struct Running {
    Op asked;
    Value answer = 0;
    std::vector<Value> heard;
    std::coroutine_handle<> innermost;  // of the functions it is in

    Running& thread() noexcept { return *this; }
    Thread get_return_object() noexcept;
    std::suspend_always initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
};

class [[nodiscard]] Thread {
  public:
    using promise_type = Running;
    using Handle = std::coroutine_handle<Running>;

    explicit Thread(Handle handle) noexcept : handle_(handle) {
        handle_.promise().innermost = handle_;
    }
    Thread(Thread&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Thread& operator=(Thread&&) = delete;
    ~Thread() {
        if (handle_) handle_.destroy();
    }

    Running& running() const noexcept { return handle_.promise(); }
    bool ended() const noexcept { return handle_.done(); }
    void resume() const { handle_.promise().innermost.resume(); }

  private:
    Handle handle_;
};
inline Thread Running::get_return_object() noexcept {
    return Thread(Thread::Handle::from_promise(*this));
}

/// What a function of a model keeps.
struct Called {
    Running* of = nullptr;
    std::coroutine_handle<> caller;
    Value result = 0;

    struct Return {
        bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Called> done) const noexcept {
            done.promise().of->innermost = done.promise().caller;
            return done.promise().caller;
        }
        void await_resume() const noexcept {}
    };
    Running& thread() noexcept { return *of; }
    Call get_return_object() noexcept;
    std::suspend_always initial_suspend() const noexcept { return {}; }
    Return final_suspend() const noexcept { return {}; }
    void return_value(Value value) noexcept { result = value; }
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
};

/// A function of a model: `co_await f()` is its result.
class [[nodiscard]] Call {
  public:
    using promise_type = Called;
    using Handle = std::coroutine_handle<Called>;

    explicit Call(Handle handle) noexcept : handle_(handle) {}
    Call(Call&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Call& operator=(Call&&) = delete;
    ~Call() {
        if (handle_) handle_.destroy();
    }

    bool await_ready() const noexcept { return false; }
    template <class Promise>
    Handle await_suspend(std::coroutine_handle<Promise> caller) const noexcept {
        Called& called = handle_.promise();
        called.of = &caller.promise().thread();
        called.caller = caller;
        called.of->innermost = handle_;
        return handle_;
    }
    Value await_resume() const noexcept { return handle_.promise().result; }

  private:
    Handle handle_;
};
inline Call Called::get_return_object() noexcept {
    return Call(Call::Handle::from_promise(*this));
}

struct Asked {
    Op op;
    Running* by = nullptr;
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> handle) noexcept {
        by = &handle.promise().thread();
        by->asked = op;
    }
    Value await_resume() const noexcept { return by->answer; }
};

// Accesses to atomics. Those that change one answer the value it had before.
inline Asked load(unsigned at, Order order) {
    return {{Op::Kind::load, order, at}};
}
inline Asked store(unsigned at, Value value, Order order) {
    return {{Op::Kind::store, order, at, value}};
}
inline Asked exchange(unsigned at, Value value, Order order) {
    return {{Op::Kind::exchange, order, at, value}};
}
inline Asked fetch_add(unsigned at, Value value, Order order) {
    return {{Op::Kind::add, order, at, value}};
}
inline Asked fetch_and(unsigned at, Value value, Order order) {
    return {{Op::Kind::bit_and, order, at, value}};
}
inline Asked fetch_or(unsigned at, Value value, Order order) {
    return {{Op::Kind::bit_or, order, at, value}};
}
/// It was exchanged if the answer is what was expected. A failure reads as relaxed.
inline Asked compare_exchange(unsigned at, Value expected, Value value, Order order) {
    return {{Op::Kind::compare_exchange, order, at, value, expected}};
}
/// A loop that loads until a value is such: a spin, or a wait at a futex.
inline Asked await(unsigned at, bool (*holds)(Value), Order order) {
    return {{Op::Kind::load, order, at, 0, 0, holds}};
}
/// A loop that exchanges 1 for what it finds until that is 0: a spin lock's lock().
inline Asked take(unsigned at, Order order = Order::acquire) {
    return {{Op::Kind::take, order, at, 1}};
}
/// std::atomic_thread_fence(seq_cst).
inline Asked fence() {
    return {{Op::Kind::fence}};
}
/// membarrier(2): a fence here, at some moment one in each other thread, and again one here.
inline Asked heavy_fence() {
    return {{Op::Kind::heavy_fence}};
}

// Accesses to what is no atomic: two of which one writes, and neither knows of the other, are a
// race, and that is wrong. What only one thread may do at a time is modelled as such a write.
inline Asked read(unsigned at) {
    return {{Op::Kind::read, Order::relaxed, at}};
}
inline Asked write(unsigned at, Value value) {
    return {{Op::Kind::write, Order::relaxed, at, value}};
}

/// What must hold in every order.
inline Asked require(bool holds) {
    return {{Op::Kind::require, Order::relaxed, 0, static_cast<Value>(holds)}};
}

/// Where all threads have ended, or wait for ever.
struct End {
    std::vector<bool> ended;
    std::vector<Value> last;  ///< value of each variable
    bool all_ended() const {
        for (const bool one : ended)
            if (!one) return false;
        return true;
    }
};

struct Found {
    std::string wrong;  ///< empty: nothing, in any order
    std::string order;  ///< the accesses that led there, a line each
    std::size_t states = 0;
};

/// A program: `atomics` variables 0, 1, ... that are atomics, and behind them `plains` that are
/// not, all 0 at first, and the threads.
struct Program {
    unsigned atomics = 0;
    unsigned plains = 0;
    std::vector<std::function<Thread()>> threads = {};
    std::vector<std::pair<unsigned, Value>> first = {};  ///< values that are not 0 at first
    /// What must hold at the end.
    std::function<bool(const End&)> good = [](const End& end) { return end.all_ended(); };
};

/// Goes through every order until something is wrong.
Found explore(const Program& program);

}  // namespace test::model

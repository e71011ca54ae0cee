// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <source_location>
#include <utility>

#include "weft/channel.h"
#include "weft/result.h"

namespace weft::inline abi1 {

template <class T>
class Promise;
template <class T>
class Future;

/// Makes the two ends of one result: what the Promise is given comes out of the Future. For results
/// that a foreign thread or a C library's callback will deliver.
///
/// Shape:    T may be void. `name` (a literal) appears in reports.
/// Ordering: all done before set() is visible after the get() that takes the result.
/// Source:   C++ std::promise; over a channel of one place, so select() works with it.
template <class T>
std::pair<Promise<T>, Future<T>> promise(
    const char* name = nullptr, std::source_location where = std::source_location::current());

/// The end that delivers, once. May be used from any thread, started by weft or not, and moved
/// there. Dropped without a result, it delivers the error internal/broken-promise.
template <class T>
class Promise {
  public:
    /// Delivers. Never blocks. False: nobody wants the result, its Future is gone.
    ///
    /// Errors: a second delivery is a contract breach.
    bool set(Result<T> result) {
        ENSURE(sender_.has_value(), "a Promise was set twice, or after it was moved from");
        Sender<Result<T>> sender = std::move(*sender_);
        sender_.reset();
        return static_cast<bool>(sender.try_send(std::move(result)));
    }
    bool set()
        requires std::is_void_v<T>
    {
        return set(Result<T>());
    }
    Promise(Promise&& other) noexcept : sender_(std::exchange(other.sender_, std::nullopt)) {}
    Promise& operator=(Promise&& other) noexcept {
        sender_ = std::exchange(other.sender_, std::nullopt);
        return *this;
    }

  private:
    template <class U>
    friend std::pair<Promise<U>, Future<U>> promise(const char*, std::source_location);
    explicit Promise(Sender<Result<T>> sender) : sender_(std::move(sender)) {}
    std::optional<Sender<Result<T>>> sender_;
};

/// The end that waits.
template <class T>
class Future {
  public:
    /// Waits for the result and takes it, once.
    ///
    /// Errors:  what was delivered; internal/broken-promise when the Promise was dropped. A second
    ///          get() that would have a result is a contract breach.
    /// Blocks:  the goroutine, never its thread.
    /// Cancels: throws Cancelled; the result is not lost, and get() may be called again.
    Result<T> get(const std::source_location& where = std::source_location::current()) {
        ENSURE(!taken_, "the result of a Future was taken twice");
        auto result = receiver_.recv(where);
        taken_ = true;
        if (result) return std::move(*result);
        return broken();
    }

    /// The result, only if it is there.
    std::optional<Result<T>> try_get() {
        ENSURE(!taken_, "the result of a Future was taken twice");
        auto result = receiver_.try_recv();
        if (result.empty()) return std::nullopt;
        taken_ = true;
        if (result.closed()) return broken();
        return *std::move(result);
    }

    /// For select(): receives the result, or nothing when the promise was broken.
    Receiver<Result<T>>& receiver() noexcept { return receiver_; }

  private:
    template <class U>
    friend std::pair<Promise<U>, Future<U>> promise(const char*, std::source_location);
    explicit Future(Receiver<Result<T>> receiver) : receiver_(std::move(receiver)) {}
    static Error broken() {
        return {ErrorKind::internal, "broken-promise", "the result was promised and never set"};
    }
    Receiver<Result<T>> receiver_;
    bool taken_ = false;
};

template <class T>
std::pair<Promise<T>, Future<T>> promise(const char* name, std::source_location where) {
    auto ends = channel<Result<T>>(1, name, where);
    return {Promise<T>(std::move(ends.first)), Future<T>(std::move(ends.second))};
}

}  // namespace weft::inline abi1

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>

#include "weft/mutex.h"
#include "weft/net.h"
#include "weft/task_set.h"

#include "cohort/platform/http/connection.h"
#include "cohort/platform/http/dispatcher.h"
#include "cohort/platform/http/guest.h"
#include "cohort/platform/http/metrics.h"
#include "cohort/platform/http/router.h"
#include "cohort/platform/http/tls.h"
#include "cohort/platform/log/log.h"
#include "cohort/platform/resilience/lag.h"

namespace cohort::http {

struct ServerOptions {
    std::string address = "127.0.0.1:0";
    std::size_t connections_max = 10'000;
    std::size_t connections_per_address_max = 1024;  ///< of IPv6: of a network of 64 bits
    Bounds bounds = {};
    ConnectionLimits limits = {};
    weft::Duration overloaded_after = resilience::Lag::usual;  ///< when a goroutine runs so late
    std::chrono::milliseconds slow_after{1000};  ///< then a request has a line http.slow too
    const Certificate* certificate = nullptr;  ///< with one, TLS is spoken; it outlives the server
    int inherited = -1;  ///< a socket that listens already, instead of `address`
};

/// An HTTP server: a goroutine for each connection. What it is given must outlive it; the routes
/// must all be added before.
class Server {
  public:
    Server(const Router& router, Authoriser authorise, Metrics& metrics, const log::Logger& log,
           ServerOptions options);

    /// Takes the address. Errors: those of weft::net::listen.
    Result<void> listen();

    /// The address with the port that was given.
    std::string address() const { return listener_.address(); }

    /// Accepts connections until stop(). When there is no place for one, an older one that asks
    /// nothing makes room; where there is none, and (after a second in which it is not heard) over
    /// the bound of its address, it is answered 503 and closed (over TLS: closed). Errors:
    /// unavailable when the listener fails for good.
    Result<void> serve();

    /// Prepares for another program to go on with the same socket: from here on each answer is the
    /// last of its connection. Shape: the socket, which goes on taking callers in; nobody closes
    /// it.
    Result<int> hand_over();

    /// Accepts nothing more, and waits a moment for those who have had no answer yet. stop() comes
    /// next. Blocks: the goroutine.
    void close_door();

    /// Stops accepting, ends what is idle, and waits for what runs; what runs longer than `drain`
    /// is cancelled. Errors: timeout/drain when something had to be cancelled.
    Result<void> stop(weft::Duration drain);

    /// Answers on a stream that something else has accepted; returns when it has ended.
    void serve_stream(Stream& stream, const std::string& peer);

  private:
    class Place;      // a guest's place in the list
    class Handshake;  // a connection that has not agreed on TLS yet

    enum class Room : std::uint8_t { taken, none_for_address, none };
    Room find_place(const std::string& network);
    Room take_place(const std::string& network);
    bool make_room();  // under mutex_
    bool has_newcomers();
    void give_back_place(const std::string& network) noexcept;
    void accept_one(weft::net::Connection connection);
    void serve_connection(weft::net::Connection connection, const std::string& peer);
    void serve_tls(weft::net::Connection connection, const std::string& peer);
    void turn_away(weft::net::Connection connection, Room why);
    void tell_full(weft::net::Connection& connection);

    const log::Logger& log_;
    Metrics& metrics_;
    ServerOptions options_;
    Dispatcher dispatcher_;
    weft::net::Listener listener_;
    std::atomic<Phase> phase_{Phase::open};
    std::atomic<std::size_t> turning_away_{0};
    std::atomic<std::uint64_t> unheard_{0};

    weft::Mutex mutex_;  // guards the two below
    std::map<std::string, std::size_t, std::less<>> per_address_;
    std::list<Guest*> open_;

    resilience::Lag lag_{options_.overloaded_after};
    weft::TaskSet watch_{"http watch"};
    weft::TaskSet tasks_{"http connections"};
};

}  // namespace cohort::http

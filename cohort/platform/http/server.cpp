// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/server.h"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <limits>
#include <memory>
#include <mutex>
#include <sys/resource.h>
#include <utility>

#include "weft/context.h"
#include "weft/run.h"

#include "cohort/platform/http/net_stream.h"
#include "cohort/platform/http/network.h"
#include "cohort/platform/http/problem.h"
#include "cohort/platform/http/writer.h"
#include "cohort/platform/resilience/spread.h"

namespace cohort::http {

using namespace std::chrono_literals;

namespace {

constexpr int turns_before_refusing = 4;
constexpr std::chrono::milliseconds newcomers_wait{1000};
constexpr std::chrono::milliseconds newcomers_look_every{10};
constexpr std::size_t turned_away_max = 1024;  // who are given a moment to read that they are
constexpr std::chrono::seconds unheard_max{1};
constexpr std::size_t turned_away_bytes_max = 64 * 1024;
// The store, the log, the certificate, the pages; and those who are turned away.
constexpr rlim_t descriptors_for_others = 128 + turned_away_max;

}  // namespace

// A guest can be found by stop() and make_room() for as long as this lives.
class Server::Place {
  public:
    Place(Server& server, Guest& guest) : server_(server) {
        const std::lock_guard lock{server.mutex_};
        at_ = server.open_.insert(server.open_.end(), &guest);
    }
    ~Place() {
        weft::shield([&] {
            const std::lock_guard lock{server_.mutex_};
            server_.open_.erase(at_);
        });
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

  private:
    Server& server_;
    std::list<Guest*>::iterator at_;
};

class Server::Handshake final : public Guest {
  public:
    explicit Handshake(weft::net::Connection& connection) : connection_(connection) {}

    // Whoever shakes hands has asked nothing yet, but may be about to say its next word.
    bool give_way(bool) noexcept override { return !has_unread(connection_) && end(); }
    void stop_if_idle() noexcept override { (void)end(); }
    bool is_new() noexcept override { return true; }

    /// Shape: whether the connection may go on.
    bool finish() noexcept { return !over_.exchange(true); }

  private:
    bool end() noexcept {
        if (over_.exchange(true)) return false;
        shut_reading(connection_);
        return true;
    }

    weft::net::Connection& connection_;
    std::atomic<bool> over_{false};
};

static Bounds with_lag(Bounds bounds, const resilience::Lag& lag) {
    if (!bounds.is_overloaded) bounds.is_overloaded = [&lag] { return lag.is_overloaded(); };
    return bounds;
}

Server::Server(const Router& router, Authoriser authorise, Metrics& metrics, const log::Logger& log,
               ServerOptions options)
    : log_(log),
      metrics_(metrics),
      options_(std::move(options)),
      dispatcher_(router, std::move(authorise), metrics, log, with_lag(options_.bounds, lag_),
                  options_.slow_after) {
    metrics_.add_gauge("cohort_http_overloaded", "Whether the machine does not keep up.",
                       [this] { return lag_.is_overloaded() ? 1.0 : 0.0; });
    watch_.go("processor lag", [this] { lag_.watch(); });
    watch_.go("http hangup watch", [this] { dispatcher_.watch_hangups(); });
}

// Systems start programs with room for 1024 descriptors, for the sake of select(2), which nobody
// uses here, and let them ask for more. Shape: how many connections there can be, beside what the
// rest of the program opens: a connection too many would be refused by the system, and not make
// room.
static std::size_t take_all_descriptors() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::numeric_limits<std::size_t>::max();
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_max > 2 * descriptors_for_others ? limit.rlim_max - descriptors_for_others
                                                       : limit.rlim_max / 2;
}

Result<void> Server::listen() {
    const std::size_t possible = take_all_descriptors();
    if (possible < options_.connections_max) {
        log_.warn("http.fewer-connections",
                  {{"wanted", options_.connections_max}, {"possible", possible}});
        options_.connections_max = possible;
    }
    listener_ = TRY(options_.inherited < 0 ? weft::net::listen(options_.address)
                                           : weft::net::listen_on(options_.inherited));
    return {};
}

Result<void> Server::serve() {
    while (phase_.load() != Phase::stopping) {
        auto connection = listener_.accept();
        if (connection) {
            accept_one(std::move(*connection));
            continue;
        }
        if (connection.error().code == "closed") {
            if (phase_.load() != Phase::open) break;
            return connection.error();
        }
        // Out of descriptors, or a peer that left in the queue: neither may end the server.
        log_.warn("http.accept", {{"code", connection.error().code}});
        weft::sleep(50ms);
    }
    return {};
}

// Thousands who come at once are accepted faster than their goroutines begin: until those have
// read what was sent, none of them can be told from one who asks. So they get their turn before
// anybody is turned away, but for those of an address that has too many: they keep nobody waiting.
Server::Room Server::find_place(const std::string& network) {
    for (int turn = 0;; ++turn) {
        const Room room = take_place(network);
        if (room != Room::none || turn == turns_before_refusing) return room;
        weft::yield();
    }
}

Server::Room Server::take_place(const std::string& network) {
    const std::lock_guard lock{mutex_};
    auto& of_address = per_address_[network];
    const bool full =
        metrics_.connections.load() >= static_cast<std::int64_t>(options_.connections_max);
    const bool is_over = of_address >= options_.connections_per_address_max;
    if (is_over || (full && !make_room())) {
        if (of_address == 0) per_address_.erase(network);
        return is_over ? Room::none_for_address : Room::none;
    }
    ++of_address;
    metrics_.connections.fetch_add(1);
    return Room::taken;
}

// Thousands who send half a request, or nothing, would otherwise keep everybody else out: the one
// that came first of those who never asked anything goes, and if there is none, of those who wait
// between two requests.
bool Server::make_room() {
    for (const bool newcomers_only : {true, false}) {
        const auto goes = std::find_if(open_.begin(), open_.end(), [&](Guest* guest) {
            return guest->give_way(newcomers_only);
        });
        if (goes == open_.end()) continue;
        metrics_.ended_for_others.fetch_add(1);
        return true;
    }
    return false;
}

void Server::give_back_place(const std::string& network) noexcept {
    weft::shield([&] {
        const std::lock_guard lock{mutex_};
        metrics_.connections.fetch_sub(1);
        const auto it = per_address_.find(network);
        if (--it->second == 0) per_address_.erase(it);
    });
}

void Server::accept_one(weft::net::Connection connection) {
    std::string peer = connection.peer_host();
    std::string network = network_of(peer);
    if (const Room room = find_place(network); room != Room::taken) {
        turn_away(std::move(connection), room);
        return;
    }
    tasks_.go("http connection", [this, peer = std::move(peer), network = std::move(network),
                                  connection = std::move(connection)]() mutable {
        struct Held {
            Server& server;
            const std::string& network;
            ~Held() { server.give_back_place(network); }
        } held{*this, network};
        serve_connection(std::move(connection), peer);
    });
}

void Server::serve_connection(weft::net::Connection connection, const std::string& peer) {
    if (options_.certificate != nullptr) return serve_tls(std::move(connection), peer);
    NetStream stream{std::move(connection)};
    serve_stream(stream, peer);
}

// Who does not speak TLS, or takes its time, has asked nothing: there is nothing to say.
void Server::serve_tls(weft::net::Connection connection, const std::string& peer) {
    std::unique_ptr<TlsStream> stream;
    {
        Handshake handshake{connection};
        const Place place{*this, handshake};
        const auto until = weft::Clock::now() + options_.limits.header_timeout;
        auto done = TlsStream::accept(options_.certificate->current(), connection, until);
        const bool goes_on = handshake.finish();  // whatever came of it: from here on it is ours
        if (!done || !goes_on) return connection.close();
        stream = std::move(*done);
    }
    serve_stream(*stream, peer);
}

// Without waiting: a fresh socket has room for one small answer. Over TLS a handshake would wait.
void Server::tell_full(weft::net::Connection& connection) {
    if (options_.certificate != nullptr) return connection.close();
    const Reply reply = problem(unavailable("too-many-connections", "Too many connections."));
    std::string text;
    if (append_head(text, reply, {.keep_alive = false, .date = now()})) {
        connection.set_write_deadline(weft::Clock::now());
        (void)connection.write_all(text + reply.body);
    }
    connection.shutdown_write();
}

// Whose address has too many would come again at once, and as often as it can: it is told after a
// while. And were a connection closed with the caller's request unread, the kernel would reset it,
// and the answer could be lost: so some of them are given a moment to read it and leave.
void Server::turn_away(weft::net::Connection connection, Room why) {
    metrics_.refuse(Refusal::connections);
    if (turning_away_.fetch_add(1) >= turned_away_max) {
        turning_away_.fetch_sub(1);
        tell_full(connection);
        return connection.close();
    }
    tasks_.go("http turned away", [this, connection, why]() mutable {
        struct Held {
            Server& server;
            weft::net::Connection& connection;
            ~Held() {
                connection.close();
                server.turning_away_.fetch_sub(1);
            }
        } held{*this, connection};
        if (why == Room::none_for_address && phase_.load() == Phase::open)
            weft::sleep(resilience::spread(unheard_.fetch_add(1), unheard_max));
        tell_full(connection);
        connection.set_read_deadline(weft::Clock::now() + 1s);
        std::array<std::byte, 4096> unread{};
        for (std::size_t bytes = 0; bytes < turned_away_bytes_max;) {
            const auto got = connection.read_some(unread);
            if (!got || *got == 0) return;
            bytes += *got;
        }
    });
}

void Server::serve_stream(Stream& stream, const std::string& peer) {
    Connection connection{stream, peer, dispatcher_, options_.limits, phase_};
    const Place place{*this, connection};
    connection.serve();
}

// A connection that was accepted and has no goroutine yet is nobody's guest, but counted.
bool Server::has_newcomers() {
    const std::lock_guard lock{mutex_};
    return metrics_.connections.load() > static_cast<std::int64_t>(open_.size()) ||
           std::any_of(open_.begin(), open_.end(), [](Guest* guest) { return guest->is_new(); });
}

Result<int> Server::hand_over() {
    const int socket = ::fcntl(listener_.fd(), F_DUPFD_CLOEXEC, 0);
    if (socket < 0) return unavailable("descriptors", "There is no descriptor left.");
    phase_.store(Phase::closing);
    return socket;
}

void Server::close_door() {
    listener_.close();
    const auto until = weft::Clock::now() + newcomers_wait;
    while (has_newcomers() && weft::Clock::now() < until) weft::sleep(newcomers_look_every);
}

Result<void> Server::stop(weft::Duration drain) {
    phase_.store(Phase::stopping);
    listener_.close();
    {
        const std::lock_guard lock{mutex_};
        for (Guest* guest : open_) guest->stop_if_idle();
    }
    auto drained = tasks_.drain(drain);
    watch_.cancel();
    return drained;
}

}  // namespace cohort::http

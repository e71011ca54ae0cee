// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/server.h"

#include <algorithm>
#include <mutex>
#include <sys/resource.h>
#include <utility>

#include "weft/context.h"

#include "cohort/platform/http/net_stream.h"
#include "cohort/platform/http/problem.h"
#include "cohort/platform/http/writer.h"

namespace cohort::http {

using namespace std::chrono_literals;

// A connection is counted and can be found by stop() for as long as this lives.
class Server::Place {
  public:
    Place(Server& server, Connection& connection) : server_(server) {
        const std::lock_guard lock{server.mutex_};
        at_ = server.open_.insert(server.open_.end(), &connection);
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
    std::list<Connection*>::iterator at_;
};

Server::Server(const Router& router, Authoriser authorise, Metrics& metrics, const log::Logger& log,
               ServerOptions options)
    : log_(log),
      metrics_(metrics),
      options_(std::move(options)),
      dispatcher_(router, std::move(authorise), metrics, log, options_.requests_max) {
    watch_.go("http hangup watch", [this] { dispatcher_.watch_hangups(); });
}

// Systems start programs with room for 1024 descriptors, for the sake of select(2), which nobody
// uses here, and let them ask for more.
static void take_all_descriptors() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

Result<void> Server::listen() {
    take_all_descriptors();
    listener_ = TRY(weft::net::listen(options_.address));
    return {};
}

Result<void> Server::serve() {
    while (!stopping_.load()) {
        auto connection = listener_.accept();
        if (connection) {
            accept_one(std::move(*connection));
            continue;
        }
        if (stopping_.load()) break;
        if (connection.error().code == "closed") return connection.error();
        // Out of descriptors, or a peer that left in the queue: neither may end the server.
        log_.warn("http.accept", {{"code", connection.error().code}});
        weft::sleep(50ms);
    }
    return {};
}

bool Server::take_place(const std::string& peer) {
    const std::lock_guard lock{mutex_};
    auto& of_address = per_address_[peer];
    const bool full =
        metrics_.connections.load() >= static_cast<std::int64_t>(options_.connections_max);
    if (of_address >= options_.connections_per_address_max || (full && !make_room())) {
        if (of_address == 0) per_address_.erase(peer);
        return false;
    }
    ++of_address;
    metrics_.connections.fetch_add(1);
    return true;
}

// Thousands who send half a request, or nothing, would otherwise keep everybody else out: the one
// that came first of those who never asked anything goes, and if there is none, of those who wait
// between two requests.
bool Server::make_room() {
    for (const bool newcomers_only : {true, false}) {
        const auto goes = std::find_if(open_.begin(), open_.end(), [&](Connection* connection) {
            return connection->give_way(newcomers_only);
        });
        if (goes == open_.end()) continue;
        metrics_.ended_for_others.fetch_add(1);
        return true;
    }
    return false;
}

void Server::give_back_place(const std::string& peer) noexcept {
    weft::shield([&] {
        const std::lock_guard lock{mutex_};
        metrics_.connections.fetch_sub(1);
        const auto it = per_address_.find(peer);
        if (--it->second == 0) per_address_.erase(it);
    });
}

void Server::accept_one(weft::net::Connection connection) {
    std::string peer = connection.peer_host();
    if (!take_place(peer)) {
        turn_away(std::move(connection));
        return;
    }
    tasks_.go("http connection",
              [this, peer = std::move(peer), connection = std::move(connection)]() mutable {
                  struct Held {
                      Server& server;
                      const std::string& peer;
                      ~Held() { server.give_back_place(peer); }
                  } held{*this, peer};
                  serve_connection(std::move(connection), peer);
              });
}

void Server::serve_connection(weft::net::Connection connection, const std::string& peer) {
    if (options_.certificate == nullptr) {
        NetStream stream{std::move(connection)};
        serve_stream(stream, peer);
        return;
    }
    const auto until = weft::Clock::now() + options_.limits.header_timeout;
    auto stream = TlsStream::accept(options_.certificate->current(), connection, until);
    if (stream)
        serve_stream(**stream, peer);
    else
        connection.close();  // it does not speak TLS, or takes its time: nobody asked anything
}

// Without waiting: a fresh socket has room for one small answer.
void Server::turn_away(weft::net::Connection connection) {
    metrics_.refused.fetch_add(1);
    if (options_.certificate != nullptr) return connection.close();  // a handshake would wait
    const Reply reply = problem(unavailable("too-many-connections", "Too many connections."));
    std::string text;
    if (append_head(text, reply, {.keep_alive = false, .date = now()})) {
        connection.set_write_deadline(weft::Clock::now());
        (void)connection.write_all(text + reply.body);
    }
    connection.shutdown_write();
    connection.close();
}

void Server::serve_stream(Stream& stream, const std::string& peer) {
    Connection connection{stream, peer, dispatcher_, options_.limits, stopping_};
    const Place place{*this, connection};
    connection.serve();
}

Result<void> Server::stop(weft::Duration drain) {
    stopping_.store(true);
    listener_.close();
    {
        const std::lock_guard lock{mutex_};
        for (Connection* connection : open_) connection->stop_if_idle();
    }
    auto drained = tasks_.drain(drain);
    watch_.cancel();
    return drained;
}

}  // namespace cohort::http

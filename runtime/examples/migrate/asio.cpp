// SPDX-License-Identifier: Apache-2.0
// From asio: the same work before, by handlers and by stackless coroutines, and after; all run.
#include <boost/asio.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <utility>

#include "weft/blocking.h"
#include "weft/context.h"
#include "weft/mutex.h"
#include "weft/net.h"
#include "weft/run.h"
#include "weft/scope.h"

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

namespace {

namespace before {
// [before_session]
// Handlers: the function is cut at each wait, and the session keeps itself alive.
class Session : public std::enable_shared_from_this<Session> {
  public:
    explicit Session(tcp::socket socket) : socket_(std::move(socket)) {}
    void read() {
        socket_.async_read_some(asio::buffer(data_),
                                [self = shared_from_this()](auto error, auto n) {
                                    if (!error) self->write(n);
                                });
    }

  private:
    void write(std::size_t size) {
        asio::async_write(socket_, asio::buffer(data_, size),
                          [self = shared_from_this()](auto error, auto) {
                              if (!error) self->read();
                          });
    }
    tcp::socket socket_;
    char data_[1024] = {};
};
// [end]

// [before_coroutine]
// Coroutines: each function that waits, and each that calls one, is an awaitable.
asio::awaitable<std::string> ask(tcp::endpoint server, std::string question) {
    using namespace asio::experimental::awaitable_operators;
    tcp::socket socket(co_await asio::this_coro::executor);
    asio::steady_timer limit(socket.get_executor(), 30s);
    std::string answer(question.size(), ' ');
    const auto exchange = [&]() -> asio::awaitable<void> {
        co_await socket.async_connect(server, asio::use_awaitable);
        co_await asio::async_write(socket, asio::buffer(question), asio::use_awaitable);
        co_await asio::async_read(socket, asio::buffer(answer), asio::use_awaitable);
    };
    co_await (exchange() || limit.async_wait(asio::use_awaitable));
    co_return answer;
}
// [end]

std::string echo(const std::string& question) {
    asio::io_context context;
    tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    acceptor.async_accept([](auto error, tcp::socket socket) {
        if (!error) std::make_shared<Session>(std::move(socket))->read();
    });
    std::string answer;
    asio::co_spawn(context, ask(acceptor.local_endpoint(), question),
                   [&](const std::exception_ptr&, std::string got) { answer = std::move(got); });
    context.run();
    return answer;
}

// [before_strand]
int admit(int patients) {
    asio::thread_pool pool(2);
    auto beds = asio::make_strand(pool);  // what touches `taken` must be posted here
    int taken = 0;
    for (int i = 0; i < patients; ++i) asio::post(beds, [&] { ++taken; });
    pool.join();
    return taken;
}
// [end]
}  // namespace before

namespace after {
// [after_session]
// One goroutine a connection, straight on. The buffer is a local variable.
void session(weft::net::Connection connection) {
    std::byte data[1024];
    for (;;) {
        const auto n = connection.read_some(data);
        if (!n || *n == 0) return;
        if (!connection.write_all({data, *n})) return;
    }
}
// [end]

// [after_coroutine]
// An ordinary function, which an ordinary function may call.
weft::Result<std::string> ask(const std::string& server, const std::string& question) {
    return weft::timeout(30s, [&]() -> weft::Result<std::string> {
        auto connection = TRY(weft::net::dial(server));
        TRY(connection.write_all(question));
        std::string answer(question.size(), ' ');
        for (std::size_t got = 0; got < answer.size();) {
            const auto n =
                TRY(connection.read_some(std::as_writable_bytes(std::span(answer).subspan(got))));
            if (n == 0)
                return weft::Error{weft::ErrorKind::unavailable, "cut", "the answer is too short"};
            got += n;
        }
        return answer;
    });
}
// [end]

std::string echo(const std::string& question) {
    auto listener = weft::net::listen("127.0.0.1:0").value();
    std::string answer;
    weft::scope([&](weft::Scope& s) {
        s.go("accept", [&] {
            if (auto caller = listener.accept()) session(*caller);
        });
        answer = ask(listener.address(), question).value();
    });
    return answer;
}

// [after_strand]
int admit(int patients) {
    weft::Mutex beds;
    int taken = 0;
    weft::scope([&](weft::Scope& s) {
        for (int i = 0; i < patients; ++i)
            s.go("admit", [&] {
                const std::lock_guard lock(beds);  // may be held across a wait, unlike std::mutex
                ++taken;
            });
    });
    return taken;
}
// [end]
}  // namespace after

}  // namespace

// [main]
int main() {
    // Both in one process: an io_context runs on a thread of its own beside weft's.
    std::string old_echo;
    std::thread thread([&] { old_echo = before::echo("S-001"); });
    return weft::run([&] {
        const std::string new_echo = after::echo("S-001");
        weft::blocking("io_context", [&] { thread.join(); });
        std::printf("echo: %s and %s\n", old_echo.c_str(), new_echo.c_str());
        std::printf("admitted: %d and %d\n", before::admit(10), after::admit(10));
    });
}
// [end]

// Output:
// echo: S-001 and S-001
// admitted: 10 and 10

// SPDX-License-Identifier: Apache-2.0
// Boost.Beast over weft's sockets: its synchronous functions park the goroutine.
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <cstdio>
#include <string>

#include "weft/context.h"
#include "weft/net.h"
#include "weft/run.h"
#include "weft/scope.h"

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using namespace std::chrono_literals;

namespace {

// [stream]
/// A connection as Beast's SyncStream. All its read and write functions work with it as they are.
class BeastStream {
  public:
    explicit BeastStream(weft::net::Connection connection) : connection_(std::move(connection)) {}

    template <class Buffers>
    std::size_t read_some(const Buffers& into, beast::error_code& error) {
        const asio::mutable_buffer first = first_of<asio::mutable_buffer>(into);
        if (first.size() == 0) return 0;
        const auto n = connection_.read_some({static_cast<std::byte*>(first.data()), first.size()});
        error = n ? beast::error_code() : translate(n.error());
        if (n && *n == 0) error = asio::error::eof;
        return n ? *n : 0;
    }
    template <class Buffers>
    std::size_t write_some(const Buffers& from, beast::error_code& error) {
        const asio::const_buffer first = first_of<asio::const_buffer>(from);
        if (first.size() == 0) return 0;
        const auto n =
            connection_.write_some({static_cast<const std::byte*>(first.data()), first.size()});
        error = n ? beast::error_code() : translate(n.error());
        return n ? *n : 0;
    }
    template <class Buffers>
    std::size_t read_some(const Buffers& into) {
        return or_throw([&](beast::error_code& error) { return read_some(into, error); });
    }
    template <class Buffers>
    std::size_t write_some(const Buffers& from) {
        return or_throw([&](beast::error_code& error) { return write_some(from, error); });
    }

  private:
    // One system call takes one buffer: the first that is not empty.
    template <class Buffer, class Buffers>
    static Buffer first_of(const Buffers& all) {
        for (auto at = asio::buffer_sequence_begin(all); at != asio::buffer_sequence_end(all); ++at)
            if (Buffer(*at).size() != 0) return *at;
        return {};
    }
    static beast::error_code translate(const weft::Error& error) {
        if (error.kind == weft::ErrorKind::timeout) return beast::error::timeout;
        if (error.code == "closed") return asio::error::operation_aborted;
        return asio::error::connection_reset;
    }
    template <class F>
    static std::size_t or_throw(F call) {
        beast::error_code error;
        const std::size_t n = call(error);
        if (error) throw beast::system_error(error);
        return n;
    }
    weft::net::Connection connection_;
};
// [end]

// [serve]
void serve(weft::net::Connection connection) {
    BeastStream stream(connection);
    beast::flat_buffer buffer;
    for (;;) {
        connection.set_read_deadline(weft::Clock::now() + 30s);  // Beast passes it on as timeout
        http::request<http::string_body> request;
        beast::error_code error;
        http::read(stream, buffer, request, error);
        if (error) return;  // end_of_stream when the caller has finished
        http::response<http::string_body> answer{http::status::ok, request.version()};
        answer.keep_alive(request.keep_alive());
        answer.body() = "vitals of " + std::string(request.target().substr(1));
        answer.prepare_payload();
        http::write(stream, answer, error);
        if (error || !answer.keep_alive()) return;
    }
}
// [end]

// [ask]
std::string ask(BeastStream& stream, const std::string& subject) {
    http::request<http::empty_body> request{http::verb::get, "/" + subject, 11};
    request.set(http::field::host, "ward");
    http::write(stream, request);
    beast::flat_buffer buffer;
    http::response<http::string_body> answer;
    http::read(stream, buffer, answer);
    return answer.body();
}
// [end]

int main_goroutine() {
    auto listener = weft::net::listen("127.0.0.1:0").value();
    std::string bodies[3];
    weft::scope([&](weft::Scope& server) {
        server.go("accept", [&] {
            while (auto caller = listener.accept())
                server.go("caller", [caller = *caller] { serve(caller); });
        });
        weft::scope([&](weft::Scope& callers) {
            for (int i = 0; i < 3; ++i)
                callers.go("ask", [&, i] {
                    BeastStream stream(weft::net::dial(listener.address()).value());
                    for (int visit = 1; visit <= 2; ++visit)  // on one connection
                        bodies[i] = ask(
                            stream, "S-00" + std::to_string(i) + "/visit-" + std::to_string(visit));
                });
        });
        listener.close();
    });
    for (const auto& body : bodies) std::printf("%s\n", body.c_str());
    return 0;
}

}  // namespace

int main() {
    return weft::run(main_goroutine);
}

// Output:
// vitals of S-000/visit-2
// vitals of S-001/visit-2
// vitals of S-002/visit-2

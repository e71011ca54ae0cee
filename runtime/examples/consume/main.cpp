// SPDX-License-Identifier: Apache-2.0
// A server and three callers in one program: each caller sends a blood pressure and gets its
// verdict.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "weft/channel.h"
#include "weft/context.h"
#include "weft/net.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/tls.h"
#include "weft/version.h"

using namespace std::chrono_literals;

namespace {

std::string read_line(weft::net::Connection& connection) {
    std::string line;
    std::byte byte{};
    while (auto n = connection.read_some({&byte, 1})) {
        if (*n == 0 || byte == std::byte{'\n'}) break;
        line += static_cast<char>(byte);
    }
    return line;
}

void serve(weft::net::Listener& listener, weft::Scope& s) {
    while (auto caller = listener.accept())
        s.go("verdict", [caller = *caller]() mutable {
            const int systolic = std::atoi(read_line(caller).c_str());
            (void)caller.write_all(systolic >= 140 ? "high\n" : "normal\n");
            caller.close();
        });
}

std::string ask(const std::string& server, int systolic) {
    auto connection = weft::net::dial(server);
    if (!connection) return connection.error().code;
    (void)connection->write_all(std::to_string(systolic) + "\n");
    return read_line(*connection);
}

int main_goroutine() {
    auto listener = weft::net::listen("127.0.0.1:0");
    if (!listener) return 1;
    auto [out, verdicts] = weft::channel<std::string>();
    const auto in_time = weft::timeout(30s, [&, &out = out, &verdicts = verdicts] {
        weft::scope([&](weft::Scope& s) {
            s.go("serve", [&] { serve(*listener, s); });
            s.go("ask", [&, out = std::move(out)]() mutable {
                for (const int systolic : {118, 142, 127})
                    if (!out.send(ask(listener->address(), systolic))) return;
            });
            for (const auto& verdict : verdicts) std::printf("%s\n", verdict.c_str());
            listener->close();
        });
    });
    const auto context = weft::net::TlsContext::client("/no/such/file");
    std::printf("certificates: %s\n", context ? "read" : std::string(context.error().code).c_str());
    return in_time ? 0 : 1;
}

}  // namespace

int main() {
    std::printf("weft %.*s\n", static_cast<int>(weft::version.size()), weft::version.data());
    return weft::run(main_goroutine);
}

// Output:
// weft 0.1.0
// normal
// high
// normal
// certificates: certificate

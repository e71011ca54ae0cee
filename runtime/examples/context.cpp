// SPDX-License-Identifier: Apache-2.0
// A deadline and a value for everything that happens inside, without a parameter: the function that
// waits knows nothing of either.
#include "weft/context.h"

#include <chrono>
#include <cstdio>
#include <string>

#include "weft/run.h"
#include "weft/scope.h"
#include "weft/time.h"

using namespace std::chrono_literals;

struct RequestId {
    using Value = std::string;
};

static std::string laboratory_result(std::chrono::milliseconds takes) {
    struct Trace {
        ~Trace() { std::printf("[%s] connection released\n", weft::value<RequestId>()->c_str()); }
    } trace;
    weft::sleep(takes);
    return "13.9 g/dL";
}

static void answer(std::chrono::milliseconds laboratory_takes) {
    const weft::Result<std::string> result =
        weft::timeout(50ms, [&] { return laboratory_result(laboratory_takes); });
    if (result)
        std::printf("answer: %s\n", result->c_str());
    else
        std::printf("answer: %s (%s)\n", weft::to_string(result.error().kind),
                    result.error().code.c_str());
}

int main() {
    return weft::run([] {
        weft::with_value<RequestId>("request 1", [] { answer(1ms); });
        weft::with_value<RequestId>("request 2", [] { answer(1h); });

        // The first error of a scope cancels the siblings; what must be completed shields itself.
        try {
            weft::scope([](weft::Scope& s) {
                s.go("summary", [] {
                    try {
                        weft::sleep(1h);
                    } catch (const weft::Cancelled&) {
                        weft::shield([] {
                            weft::sleep(1ms);
                            std::printf("draft saved although cancelled\n");
                        });
                        throw;
                    }
                });
                s.go("adverse events", [] { throw std::string("file storage is down"); });
            });
        } catch (const std::string& error) {
            std::printf("summary failed: %s\n", error.c_str());
        }
    });
}

// Output:
// [request 1] connection released
// answer: 13.9 g/dL
// [request 2] connection released
// answer: timeout (deadline)
// draft saved although cancelled
// summary failed: file storage is down

// SPDX-License-Identifier: Apache-2.0
// Workers take questionnaires from a channel until it ends. It never does: each submitter has a
// clone of the Sender, and the intake still holds the original while it waits for the workers. The
// rest of the server does not notice.
#include <chrono>
#include <cstdio>
#include <utility>

#include "weft/channel.h"
#include "weft/event.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/time.h"

using namespace std::chrono_literals;

static void intake() {
    auto [submit, questionnaires] = weft::channel<int>(10, "questionnaires");
    weft::scope([&, &submit = submit, &questionnaires = questionnaires](weft::Scope& s) {
        for (int i = 0; i < 2; ++i)
            s.go("worker", [in = questionnaires.clone()]() mutable {
                for (const int questionnaire : in) (void)questionnaire;
            });
        s.go("submitter", [out = submit.clone()]() mutable { (void)out.send(1); });
    });
}

int main() {
    weft::Event told("told");
    weft::Options options;
    options.stuck_after = 100ms;
    options.on_report = [&](const weft::Report& report) {
        std::fputs(report.text().c_str(), stderr);
        told.set();
    };
    return weft::run(options, [&] {
        weft::scope([&](weft::Scope& server) {
            server.go("intake", [] { intake(); });
            server.go("requests", [] {
                for (;;) weft::sleep(1ms);
            });
            told.wait();  // somebody reads the report
            server.cancel();
        });
    });
}

// Ends: 0
// Says: LIKELY stuck: goroutine
// Says: "worker" waits to receive on channel "questionnaires"
// Says: its only Sender is in the frame of goroutine
// Says: "intake", which waits to join

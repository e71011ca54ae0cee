// SPDX-License-Identifier: Apache-2.0
// The last submitter gets the original. A worker waits for a questionnaire or for patience to end,
// whichever comes first, and leaves its loop when the channel has ended.
#include <atomic>
#include <chrono>
#include <utility>

#include "weft/channel.h"
#include "weft/ensure.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/select.h"

using namespace std::chrono_literals;

int main() {
    return weft::run([] {
        auto [submit, questionnaires] = weft::channel<int>(10, "questionnaires");
        std::atomic<int> handled{0};
        weft::scope([&, &submit = submit, &questionnaires = questionnaires](weft::Scope& s) {
            for (int i = 0; i < 2; ++i)
                s.go("worker", [&handled, in = questionnaires.clone()]() mutable {
                    bool more = true;
                    while (more)
                        weft::select(weft::on(in,
                                              [&](std::optional<int> questionnaire) {
                                                  more = questionnaire.has_value();
                                                  handled += more;
                                              }),
                                     weft::after(1h, [&] { more = false; }));
                });
            s.go("submitter", [out = submit.clone()]() mutable { (void)out.send(1); });
            s.go("submitter", [out = std::move(submit)]() mutable { (void)out.send(2); });
        });
        ENSURE(handled == 2, "every questionnaire is handled once");
    });
}

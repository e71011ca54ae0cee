// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/event_stream.h"

#include <utility>

#include "weft/context.h"

namespace cohort::http {

EventStream::EventStream(Stream& stream, std::function<Result<void>()> may_listen,
                         const std::atomic<Phase>& phase, weft::Duration write_time)
    : stream_(stream), may_listen_(std::move(may_listen)), phase_(phase), write_time_(write_time) {}

Result<void> EventStream::write(std::string_view bytes) {
    TRY(stream_.write_all(bytes, weft::Clock::now() + write_time_));
    wrote_ = weft::Clock::now();
    return {};
}

Result<void> EventStream::send(const Event& event) {
    return write(to_text(event));
}

Result<void> EventStream::pause(weft::Duration time) {
    weft::sleep(time);
    if (phase_.load() == Phase::stopping) return unavailable("stopping", "The server stops.");
    const auto at = weft::Clock::now();
    if (at - asked_ >= ask_every) {
        asked_ = at;
        TRY(may_listen_());
    }
    if (at - wrote_ >= comment_every) return write(":\n\n");
    return {};
}

}  // namespace cohort::http

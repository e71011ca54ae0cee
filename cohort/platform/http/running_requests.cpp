// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/hangup_watch.h"

#include <mutex>
#include <utility>

namespace cohort::http {

HangupWatch::HangupWatch() : HangupWatch(weft::channel<char>(1, "hangup watch")) {}

HangupWatch::HangupWatch(std::pair<weft::Sender<char>, weft::Receiver<char>> ends)
    : wake_(std::move(ends.first)), woken_(std::move(ends.second)) {}

HangupWatch::Guard::Guard(HangupWatch& watch, Stream& stream, weft::CancelHandle handle)
    : watch_(watch) {
    bool is_first = false;
    {
        const std::lock_guard lock{watch.mutex_};
        is_first = watch.watched_.empty();
        place_ = watch.watched_.emplace(watch.watched_.end(), &stream, std::move(handle));
    }
    // A full channel means that the watch has been woken and not looked yet.
    if (is_first) (void)watch.wake_.try_send('w');
}

HangupWatch::Guard::~Guard() {
    weft::shield([&] {
        const std::lock_guard lock{watch_.mutex_};
        watch_.watched_.erase(place_);
    });
}

bool HangupWatch::look() {
    const std::lock_guard lock{mutex_};
    for (const auto& [stream, handle] : watched_) {
        if (stream->peer_gone()) handle.cancel();
    }
    return !watched_.empty();
}

void HangupWatch::run() {
    while (woken_.recv()) {
        do {
            weft::sleep(interval);
        } while (look());
    }
}

}  // namespace cohort::http

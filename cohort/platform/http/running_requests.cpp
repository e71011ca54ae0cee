// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/running_requests.h"

#include <algorithm>
#include <mutex>

namespace cohort::http {

RunningRequests::RunningRequests() : RunningRequests(weft::channel<char>(1, "hangup watch")) {}

RunningRequests::RunningRequests(std::pair<weft::Sender<char>, weft::Receiver<char>> ends)
    : wake_(std::move(ends.first)), woken_(std::move(ends.second)) {}

RunningRequests::Guard::Guard(RunningRequests& all, const RunningRequestView& request,
                              Stream& stream, weft::CancelHandle handle)
    : all_(all), request_(&request), stream_(&stream), handle_(std::move(handle)) {
    all_.add(*this);
}

RunningRequests::Guard::Guard(RunningRequests& all, Stream& stream, weft::CancelHandle handle)
    : all_(all), stream_(&stream), handle_(std::move(handle)) {
    all_.add(*this);
}

RunningRequests::Guard::Guard(RunningRequests& all, const RunningRequestView& request)
    : all_(all), request_(&request) {
    all_.add(*this);
}

RunningRequests::Guard::~Guard() {
    weft::shield([&] { all_.remove(*this); });
}

void RunningRequests::add(Guard& guard) {
    bool is_first = false;
    {
        const std::lock_guard lock{mutex_};
        guard.before_ = std::exchange(last_, &guard);
        (guard.before_ != nullptr ? guard.before_->after_ : first_) = &guard;
        if (guard.stream_ != nullptr) is_first = watched_++ == 0;
    }
    // A full channel means that the watch has been woken and not looked yet.
    if (is_first) (void)wake_.try_send('w');
}

void RunningRequests::remove(Guard& guard) noexcept {
    const std::lock_guard lock{mutex_};
    (guard.before_ != nullptr ? guard.before_->after_ : first_) = guard.after_;
    (guard.after_ != nullptr ? guard.after_->before_ : last_) = guard.before_;
    if (guard.stream_ != nullptr) --watched_;
}

// In the order in which they came to be here: a body that has arrived puts its request at the end.
std::vector<RunningRequest> RunningRequests::list() const {
    std::vector<RunningRequest> all;
    {
        const std::lock_guard lock{mutex_};
        for (const Guard* at = first_; at != nullptr; at = at->after_) {
            if (at->request_ == nullptr) continue;
            const auto& [id, route, since, goroutine] = *at->request_;
            all.push_back({std::string{id}, std::string{route}, since, goroutine});
        }
    }
    std::ranges::sort(all, {}, &RunningRequest::since);
    return all;
}

bool RunningRequests::look() {
    const std::lock_guard lock{mutex_};
    for (const Guard* at = first_; at != nullptr; at = at->after_)
        if (at->handle_ && at->stream_->peer_gone()) at->handle_->cancel();
    return watched_ > 0;
}

void RunningRequests::watch() {
    while (woken_.recv()) {
        do {
            weft::sleep(interval);
        } while (look());
    }
}

}  // namespace cohort::http

// SPDX-License-Identifier: Apache-2.0
// All of libcurl happens on one thread, in the order in which it is posted there: nothing is
// locked.
#include "cohort/platform/calls/calls.h"

#include <set>

#include "weft/after_func.h"
#include "weft/blocking.h"
#include "weft/context.h"
#include "weft/ensure.h"

#include "cohort/platform/calls/transfer.h"

namespace cohort::calls {

namespace {

void start_library() {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    ENSURE(started == CURLE_OK, "libcurl starts");
}

bool is_this_machine(std::string_view host) {
    return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

}  // namespace

struct Caller::State {
    explicit State(Options wished) : options(std::move(wished)) {
        start_library();
        multi.reset(curl_multi_init());
        ENSURE(multi, "libcurl has memory");
    }

    // From anywhere: `f` runs on the thread, which is woken for it.
    template <class F>
    void on_thread(F f) {
        thread.post(std::move(f));
        curl_multi_wakeup(multi.get());
    }

    // From a goroutine: the transfer is not touched any more when this has returned.
    void stop(Transfer& transfer) {
        weft::Event stopped("call: stopped");
        on_thread([this, &transfer, &stopped] {
            remove(transfer, CURLE_ABORTED_BY_CALLBACK);
            stopped.set();
        });
        stopped.wait();
    }

    // --- on the thread ------------------------------------------------------------------------

    void add(Transfer& transfer) {
        running.insert(&transfer);
        curl_multi_add_handle(multi.get(), transfer.easy());
        if (!std::exchange(is_turning, true)) turn();
    }

    // What has ended already is left alone.
    void remove(Transfer& transfer, CURLcode result) {
        if (running.erase(&transfer) == 0) return;
        curl_multi_remove_handle(multi.get(), transfer.easy());
        transfer.end(result);
    }

    // Between two turns whatever was posted has its own.
    void turn() {
        constexpr int look_again_ms = 1000;
        int still = 0;
        curl_multi_perform(multi.get(), &still);
        take_ended();
        is_turning = !running.empty();
        if (!is_turning) return;
        curl_multi_poll(multi.get(), nullptr, 0, look_again_ms, nullptr);
        thread.post([this] { turn(); });
    }

    void take_ended() {
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
            Transfer* transfer = nullptr;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
            remove(*transfer, message->data.result);
        }
    }

    const Options options;
    std::unique_ptr<CURLM, FreeMulti> multi;
    std::set<Transfer*> running;  // the thread's own, as is the next
    bool is_turning = false;
    weft::PinnedThread thread{"calls"};  // ends before what it uses
};

bool is_callable(std::string_view url) {
    const bool is_secure = url.starts_with("https://");
    if (!is_secure && !url.starts_with("http://")) return false;
    for (const char c : url)
        if (c <= 0x20 || c >= 0x7F || c == '@' || c == '?' || c == '#') return false;
    url.remove_prefix(is_secure ? 8 : 7);
    std::string_view host = url.substr(0, url.find('/'));
    const std::size_t port = host.starts_with('[') ? host.find("]:") + 1 : host.find(':');
    if (port != std::string_view::npos && port != 0) host = host.substr(0, port);
    return !host.empty() && (is_secure || is_this_machine(host));
}

Caller::Caller(Options options) : state_(std::make_unique<State>(std::move(options))) {}
Caller::~Caller() = default;

Result<Called> Caller::call(const Call& call) {
    if (!is_callable(call.url))
        return invalid("bad-url", "What is called is https://HOST/…, or http on this machine.");
    Transfer transfer(state_->options, call);
    state_->on_thread([this, &transfer] { state_->add(transfer); });
    {
        const auto stop = weft::after_func(weft::Context::current(),
                                           [this, &transfer] { state_->stop(transfer); });
        weft::shield([&] { transfer.ended.wait(); });
    }
    return transfer.called();
}

}  // namespace cohort::calls

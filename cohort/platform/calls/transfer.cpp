// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/calls/transfer.h"

#include <algorithm>

#include "weft/ensure.h"

namespace cohort::calls {

namespace {

std::string printable(std::string_view text) {
    constexpr std::size_t longest = 200;
    std::string line(text.substr(0, longest));
    std::replace_if(line.begin(), line.end(), [](char c) { return c < 0x20 || c == 0x7F; }, '?');
    return line;
}

template <class T>
T told(CURL* easy, CURLINFO what) {
    T value{};
    curl_easy_getinfo(easy, what, &value);
    return value;
}

}  // namespace

Transfer::Transfer(const Options& options, const Call& call)
    : call_(call), easy_(curl_easy_init()) {
    ENSURE(easy_, "libcurl has memory");
    set(CURLOPT_URL, call.url.c_str());
    set(CURLOPT_CUSTOMREQUEST, call.method.c_str());
    set(CURLOPT_PRIVATE, this);
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_WRITEFUNCTION, &Transfer::write);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_FRESH_CONNECT, call.alone ? 1L : 0L);
    set_body();
    add_headers();
    secure(options);
    set_limits(options);
}

template <class T>
void Transfer::set(CURLoption option, T value) {
    ENSURE(curl_easy_setopt(easy_.get(), option, value) == CURLE_OK, "an option of libcurl");
}

void Transfer::set_body() {
    if (call_.body.empty()) return;
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(call_.body.size()));
    set(CURLOPT_READFUNCTION, &Transfer::read);
    set(CURLOPT_READDATA, this);
    set(CURLOPT_SEEKFUNCTION, &Transfer::rewind);
    set(CURLOPT_SEEKDATA, this);
}

void Transfer::add_headers() {
    curl_slist* list = curl_slist_append(nullptr, "Expect:");  // no question before the body
    for (const auto& [name, value] : call_.headers) {
        list = curl_slist_append(list, (name + ": " + value).c_str());
        ENSURE(list, "libcurl has memory");
    }
    headers_.reset(list);
    set(CURLOPT_HTTPHEADER, headers_.get());
}

void Transfer::secure(const Options& options) {
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_PROXY, "");  // whatever the environment says
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!options.authorities.empty()) set(CURLOPT_CAINFO, options.authorities.c_str());
}

void Transfer::set_limits(const Options& options) {
    const auto ms = [](std::chrono::milliseconds time) {
        return static_cast<long>(std::max<std::int64_t>(1, time.count()));
    };
    set(CURLOPT_TIMEOUT_MS, ms(call_.limit));
    set(CURLOPT_CONNECTTIMEOUT_MS, ms(std::min(call_.limit, options.connect_limit)));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_ERRORBUFFER, error_);
}

std::size_t Transfer::read(char* to, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const std::string& body = transfer.call_.body;
    const std::size_t bytes = std::min(size * count, body.size() - transfer.position_);
    body.copy(to, bytes, transfer.position_);
    transfer.position_ += bytes;
    // With its last byte the server may have all it needs, whatever we hear of it.
    if (transfer.position_ == body.size()) transfer.is_handed_over_ = true;
    return bytes;
}

// A connection that was kept may turn out to be closed: then it goes over another one from its
// start.
int Transfer::rewind(void* self, curl_off_t offset, int origin) {
    if (origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
    static_cast<Transfer*>(self)->position_ = static_cast<std::size_t>(offset);
    return CURL_SEEKFUNC_OK;
}

std::size_t Transfer::write(char* from, std::size_t size, std::size_t count, void* self) {
    std::string& answer = static_cast<Transfer*>(self)->answer_;
    if (answer.size() + size * count > Caller::answer_max) return 0;
    answer.append(from, size * count);
    return size * count;
}

void Transfer::end(CURLcode result) {
    result_ = result;
    ended.set();
}

Called Transfer::called() const {
    Called called;
    called.was_alone = told<long>(easy(), CURLINFO_NUM_CONNECTS) > 0;
    if (result_ == CURLE_OK) {
        called.fate = Fate::answered;
        called.status = told<long>(easy(), CURLINFO_RESPONSE_CODE);
        called.body = answer_;
        if (const auto wait = told<curl_off_t>(easy(), CURLINFO_RETRY_AFTER); wait > 0)
            called.retry_after = std::chrono::seconds(wait);
        return called;
    }
    // Without a body a call has gone as soon as it was begun on a connection.
    const bool has_gone = call_.body.empty()
                              ? told<curl_off_t>(easy(), CURLINFO_PRETRANSFER_TIME_T) > 0
                              : is_handed_over_;
    called.fate = has_gone ? Fate::unknown : Fate::not_sent;
    called.reason = result_ == CURLE_ABORTED_BY_CALLBACK ? "ended by us"
                    : *error_ != 0                       ? printable(error_)
                                                         : curl_easy_strerror(result_);
    return called;
}

}  // namespace cohort::calls

// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/mail/mail.h"

#include <algorithm>
#include <atomic>
#include <curl/curl.h>
#include <memory>
#include <utility>

#include "weft/after_func.h"
#include "weft/blocking.h"
#include "weft/context.h"
#include "weft/ensure.h"

namespace cohort::mail {

namespace {

struct FreeEasy {
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
struct FreeMulti {
    void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
};
struct FreeList {
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};

void start_library() {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    ENSURE(started == CURLE_OK, "libcurl starts");
}

// A server's words as they may stand in a table of ours.
std::string printable(std::string_view line) {
    constexpr std::size_t longest = 200;
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    std::string text(line.substr(0, longest));
    std::replace_if(text.begin(), text.end(), [](char c) { return c < 0x20 || c == 0x7F; }, '?');
    return text;
}

/// One mail on its way. run() has a thread of the pool; stop() comes from anywhere.
class Transfer {
  public:
    Transfer(const Server& server, const Mail& mail, std::string message)
        : message_(std::move(message)),
          recipients_(curl_slist_append(nullptr, ("<" + mail.to + ">").c_str())),
          easy_(curl_easy_init()),
          multi_(curl_multi_init()) {
        ENSURE(recipients_ && easy_ && multi_, "libcurl has memory");
        set(CURLOPT_URL, server.url.c_str());
        set(CURLOPT_MAIL_FROM, ("<" + mail.from + ">").c_str());
        set(CURLOPT_MAIL_RCPT, recipients_.get());
        set(CURLOPT_UPLOAD, 1L);
        set(CURLOPT_READFUNCTION, &Transfer::read);
        set(CURLOPT_READDATA, this);
        set(CURLOPT_HEADERFUNCTION, &Transfer::hear);
        set(CURLOPT_HEADERDATA, this);
        set(CURLOPT_XFERINFOFUNCTION, &Transfer::look);
        set(CURLOPT_XFERINFODATA, this);
        set(CURLOPT_NOPROGRESS, 0L);
        secure(server);
        set_limits(server.limit);
    }

    void run() {
        curl_multi_add_handle(multi_.get(), easy_.get());
        int running = 1;
        while (running != 0) {
            constexpr int look_again_ms = 1000;
            curl_multi_perform(multi_.get(), &running);
            if (running != 0) curl_multi_poll(multi_.get(), nullptr, 0, look_again_ms, nullptr);
        }
        int left = 0;
        if (const CURLMsg* ended = curl_multi_info_read(multi_.get(), &left))
            result_ = ended->data.result;
        curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &code_);
        curl_multi_remove_handle(multi_.get(), easy_.get());
    }

    // A transfer is not taken out of curl's hands while it runs: curl would end its text for it.
    void stop() {
        stopped_.store(true, std::memory_order_release);
        curl_multi_wakeup(multi_.get());
    }

    Handed handed() const {
        Handed handed{.fate = fate(), .code = code_, .reason = printable(reply_)};
        if (handed.fate == Fate::unknown || handed.reason.empty() || code_ < 400) {
            const bool ours = result_ == CURLE_ABORTED_BY_CALLBACK;
            if (handed.fate != Fate::sent)
                handed.reason = printable(ours           ? "ended by us"
                                          : *error_ != 0 ? error_
                                                         : curl_easy_strerror(result_));
        }
        return handed;
    }

  private:
    template <class T>
    void set(CURLoption option, T value) {
        ENSURE(curl_easy_setopt(easy_.get(), option, value) == CURLE_OK, "an option of libcurl");
    }

    void secure(const Server& server) {
        set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
        set(CURLOPT_PROXY, "");  // whatever the environment says
        set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
        set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
        if (!server.authorities.empty()) set(CURLOPT_CAINFO, server.authorities.c_str());
        if (server.user.empty()) return;
        set(CURLOPT_USERNAME, server.user.c_str());
        set(CURLOPT_PASSWORD, server.password.c_str());
    }

    void set_limits(std::chrono::milliseconds limit) {
        const auto ms = static_cast<long>(std::max<std::int64_t>(1, limit.count()));
        set(CURLOPT_TIMEOUT_MS, ms);
        set(CURLOPT_SERVER_RESPONSE_TIMEOUT, ms / 1000 + 1);
        set(CURLOPT_NOSIGNAL, 1L);
        // Said farewell to by run(), not by whoever destroys this.
        set(CURLOPT_FORBID_REUSE, 1L);
        set(CURLOPT_ERRORBUFFER, error_);
    }

    Fate fate() const {
        if (result_ == CURLE_OK) return Fate::sent;
        if (code_ >= 500 && code_ < 600) return Fate::refused;
        if (code_ >= 400 && code_ < 500) return Fate::try_later;
        return is_handed_over_ ? Fate::unknown : Fate::try_later;
    }

    static std::size_t read(char* to, std::size_t size, std::size_t count, void* self) {
        auto& transfer = *static_cast<Transfer*>(self);
        const std::size_t bytes =
            std::min(size * count, transfer.message_.size() - transfer.position_);
        transfer.message_.copy(to, bytes, transfer.position_);
        transfer.position_ += bytes;
        // With its last byte the server may have all it needs, whatever we hear of it.
        if (transfer.position_ == transfer.message_.size()) transfer.is_handed_over_ = true;
        return bytes;
    }

    static std::size_t hear(char* line, std::size_t size, std::size_t count, void* self) {
        const std::string_view said(line, size * count);
        if (!said.starts_with("221")) static_cast<Transfer*>(self)->reply_ = said;  // no farewell
        return said.size();
    }

    static int look(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
        return static_cast<Transfer*>(self)->stopped_.load(std::memory_order_acquire) ? 1 : 0;
    }

    const std::string message_;
    std::size_t position_ = 0;
    bool is_handed_over_ = false;
    std::string reply_;
    char error_[CURL_ERROR_SIZE] = {};
    CURLcode result_ = CURLE_ABORTED_BY_CALLBACK;  // until it has ended by itself
    long code_ = 0;
    std::atomic<bool> stopped_{false};
    std::unique_ptr<curl_slist, FreeList> recipients_;
    std::unique_ptr<CURL, FreeEasy> easy_;
    std::unique_ptr<CURLM, FreeMulti> multi_;
};

}  // namespace

bool is_server(std::string_view url) {
    return url.starts_with("smtps://") || url.starts_with("smtp://");
}

std::string_view to_string(Fate fate) noexcept {
    switch (fate) {
        case Fate::sent:
            return "sent";
        case Fate::refused:
            return "refused";
        case Fate::try_later:
            return "try-later";
        case Fate::unknown:
            return "unknown";
    }
    return "";
}

Result<Handed> send(const Server& server, const Mail& mail) {
    if (!is_server(server.url))
        return invalid("bad-mail-server",
                       "A mail server is smtps://HOST:PORT or smtp://HOST:PORT.");
    std::string message = TRY(compose(mail));
    start_library();
    Transfer transfer(server, mail, std::move(message));
    {
        const auto stop =
            weft::after_func(weft::Context::current(), [&transfer] { transfer.stop(); });
        weft::blocking("send a mail", [&transfer] { transfer.run(); });
    }
    return transfer.handed();
}

}  // namespace cohort::mail

// SPDX-License-Identifier: Apache-2.0
// One call on its way. For the files of this folder.
#pragma once

#include <curl/curl.h>
#include <memory>
#include <string>

#include "weft/event.h"

#include "cohort/platform/calls/calls.h"

namespace cohort::calls {

struct FreeEasy {
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
struct FreeMulti {
    void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
};
struct FreeList {
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};

/// Touched by the thread of the calls alone, from when it was handed over until it is ended.
class Transfer {
  public:
    Transfer(const Options& options, const Call& call);

    CURL* easy() const noexcept { return easy_.get(); }

    /// It is over: whoever waits for it goes on.
    void end(CURLcode result);

    weft::Event ended{"call: answer"};

    /// Once it has ended.
    Called called() const;

  private:
    template <class T>
    void set(CURLoption option, T value);
    void set_body();
    void add_headers();
    void secure(const Options& options);
    void set_limits(const Options& options);

    static std::size_t read(char* to, std::size_t size, std::size_t count, void* self);
    static int rewind(void* self, curl_off_t offset, int origin);
    static std::size_t write(char* from, std::size_t size, std::size_t count, void* self);

    const Call& call_;
    std::size_t position_ = 0;
    bool is_handed_over_ = false;
    std::string answer_;
    char error_[CURL_ERROR_SIZE] = {};
    CURLcode result_ = CURLE_OK;
    std::unique_ptr<curl_slist, FreeList> headers_;
    std::unique_ptr<CURL, FreeEasy> easy_;
};

}  // namespace cohort::calls

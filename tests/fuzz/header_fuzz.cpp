// SPDX-License-Identifier: Apache-2.0
// The values of a request's headers that handlers and logs read.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "weft/ensure.h"

#include "cohort/platform/http/caching.h"
#include "cohort/platform/http/header_list.h"
#include "cohort/platform/http/request.h"
#include "cohort/platform/http/trace.h"

using namespace cohort;
using namespace cohort::http;

static void check_trace(std::string_view text) {
    const Trace trace = trace_of(text);
    const std::string out = trace.traceparent();
    ENSURE(out.find_first_not_of("0123456789abcdef-") == out.npos, "a trace may be logged");
    const Trace next = trace_of(out);
    ENSURE(next.id == trace.id && next.parent == trace.span, "who is called is in the same chain");
    ENSURE(next.is_sampled == trace.is_sampled, "who began the chain says whether it is recorded");
}

static void check_list(std::string_view list) {
    std::size_t left = list.size() + 1;
    while (!list.empty()) {
        ENSURE(list.size() < left, "a list has an end");
        left = list.size();
        const std::string_view one = take_member(list);
        ENSURE(one.find(',') == one.npos && one == trimmed(one), "a member is one, without blanks");
    }
}

static void check_request(const Request& request, std::string_view value) {
    if (const auto version = request.if_match()) {
        ENSURE(*version >= 0, "a version is counted from 0");
        ENSURE(value.front() == '"' && value.back() == '"', "a version is written as a tag");
    }
    if (const auto key = request.idempotency_key(); key && *key)
        ENSURE((**key).size() <= 255 && **key == value, "a key is taken as it is, or refused");
    (void)has_already(request, "\"7\"");
    for (const char* name : {"session", "a", ""})
        if (const auto cookie = request.cookie(name))
            ENSURE(cookie->find(';') == cookie->npos, "a cookie ends before the next");
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    Request request;
    for (const char* name : {"if-match", "if-none-match", "idempotency-key", "cookie"})
        request.headers.emplace_back(name, bytes);
    check_request(request, bytes);
    check_trace(bytes);
    check_list(bytes);
    return 0;
}

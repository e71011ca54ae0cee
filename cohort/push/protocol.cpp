// SPDX-License-Identifier: Apache-2.0
#include "cohort/push/protocol.h"

#include <algorithm>

#include "cohort/base/json.h"
#include "cohort/base/version.h"

namespace cohort::push {

namespace {

using calls::Called;
using calls::Fate;
using What = Said::What;

calls::Call call_of(const Destination& to, const DeliveryId& delivery, const char* method) {
    const bool has_end = to.url.ends_with('/');
    return {.method = method,
            .url = to.url + (has_end ? "" : "/") + delivery.text,
            .headers = {{"Authorization", "Bearer " + std::string(to.token.reveal())},
                        {"Accept", "application/json"},
                        {"User-Agent", std::string("Cohort/") + software_version()}},
            .limit = to.limit};
}

// A receiver's words as they may stand in a table of ours.
std::string printable(std::string_view text) {
    constexpr std::size_t longest = 200;
    std::string line(text.substr(0, longest));
    std::ranges::replace_if(line, [](char c) { return c < 0x20 || c > 0x7E; }, '?');
    return line;
}

std::string status_line(const Called& called) {
    std::string line = "HTTP " + std::to_string(called.status);
    if (!called.body.empty()) line += ": " + called.body;
    return printable(line);
}

// An acknowledgement names the delivery and the digest of what is kept; whatever else is said with
// a 2xx is none.
Said read_acknowledgement(const Called& called, const DeliveryId& delivery,
                          const std::string& digest) {
    const auto body = json::parse(called.body);
    const auto text = [&](const char* name) {
        const json::value* found =
            body && body->is_object() ? body->get_object().if_contains(name) : nullptr;
        return found && found->is_string() ? std::string(found->get_string()) : std::string();
    };
    if (text("delivery") != delivery.text)
        return {.what = What::silent,
                .words = "HTTP " + std::to_string(called.status) + " that names another delivery"};
    if (text("sha256") != digest)
        return {.what = What::refused, .words = "It has something else under this delivery."};
    return {.what = What::acknowledged, .words = printable(text("receipt"))};
}

bool is_for_later(long status) {
    constexpr long request_timeout = 408;
    constexpr long too_early = 425;
    constexpr long too_many = 429;
    return status >= 500 || status == request_timeout || status == too_early || status == too_many;
}

}  // namespace

Result<Said> hand_over(const Calling& calling, const Destination& to, const DeliveryId& delivery,
                       const std::string& report, const std::string& digest, bool alone) {
    calls::Call call = call_of(to, delivery, "PUT");
    call.headers.emplace_back("Content-Type", "application/pdf");
    call.headers.emplace_back("Delivery", delivery.text);
    call.headers.emplace_back("Digest-SHA256", digest);
    call.body = report;
    call.alone = alone;
    const Called called = TRY(calling(call));
    if (called.fate == Fate::not_sent) return Said{.what = What::away, .words = called.reason};
    if (called.fate == Fate::unknown) return Said{.what = What::silent, .words = called.reason};
    if (called.status / 100 == 2) return read_acknowledgement(called, delivery, digest);
    const std::string words = status_line(called);
    if (is_for_later(called.status))
        return Said{.what = What::busy, .words = words, .wait = called.retry_after};
    // On a connection that carried other calls it may be a second answer to one of these.
    if (!called.was_alone) return Said{.what = What::busy, .words = words};
    return Said{.what = What::refused, .words = words};
}

Result<Said> ask(const Calling& calling, const Destination& to, const DeliveryId& delivery,
                 const std::string& digest) {
    constexpr long not_found = 404;
    calls::Call call = call_of(to, delivery, "GET");
    call.alone = true;
    const Called called = TRY(calling(call));
    if (called.fate != Fate::answered) return Said{.what = What::silent, .words = called.reason};
    if (called.status == not_found) return Said{.what = What::absent, .words = status_line(called)};
    if (called.status / 100 == 2) return read_acknowledgement(called, delivery, digest);
    return Said{.what = What::silent, .words = status_line(called), .wait = called.retry_after};
}

}  // namespace cohort::push

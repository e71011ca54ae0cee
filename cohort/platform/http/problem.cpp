// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/problem.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace cohort::http {

namespace {

struct CodeStatus {
    std::string_view code;
    int status;
};

// Codes that HTTP has its own status for. All others follow their kind.
constexpr std::array own_status{
    CodeStatus{"method-not-allowed", 405},
    CodeStatus{"request-timeout", 408},
    CodeStatus{"stale-version", 412},
    CodeStatus{"item-changed", 412},
    CodeStatus{"body-too-large", 413},
    CodeStatus{"json-too-large", 413},
    CodeStatus{"path-too-long", 414},
    CodeStatus{"wrong-content-type", 415},
    CodeStatus{"unsupported-encoding", 415},
    CodeStatus{"unknown-expectation", 417},
    CodeStatus{"if-match-missing", 428},
    CodeStatus{"headers-too-large", 431},
    CodeStatus{"unknown-method", 501},
    CodeStatus{"unknown-transfer-encoding", 501},
    CodeStatus{"http-version-unsupported", 505},
};

int status_of_kind(ErrorKind kind) noexcept {
    switch (kind) {
        case ErrorKind::invalid:
            return 400;
        case ErrorKind::unauthenticated:
            return 401;
        case ErrorKind::forbidden:
            return 403;
        case ErrorKind::not_found:
            return 404;
        case ErrorKind::conflict:
            return 409;
        case ErrorKind::refused:
            return 422;
        case ErrorKind::throttled:
            return 429;
        case ErrorKind::unavailable:
            return 503;
        case ErrorKind::timeout:
            return 504;
        case ErrorKind::internal:
            return 500;
    }
    return 500;
}

json::value to_json(const FieldError& error) {
    json::object object{
        {"pointer", error.pointer}, {"code", error.code}, {"message", error.message}};
    if (error.allowed) object["allowed"] = *error.allowed;
    return object;
}

}  // namespace

int status_of(const Error& error) noexcept {
    const auto it = std::find_if(own_status.begin(), own_status.end(),
                                 [&](const CodeStatus& row) { return row.code == error.code; });
    return it != own_status.end() ? it->status : status_of_kind(error.kind);
}

Reply problem(const Problem& problem) {
    const int status = status_of(problem.error);
    json::object body{
        {"type", "urn:cohort:problem:" + problem.error.code},
        {"title", reason(status)},
        {"status", status},
        {"detail", problem.error.text},
        {"code", problem.error.code},
    };
    if (!problem.errors.empty()) {
        json::array errors;
        for (const FieldError& error : problem.errors) errors.push_back(to_json(error));
        body["errors"] = std::move(errors);
    }
    for (const auto& member : problem.more) body[member.key()] = member.value();
    Reply reply = Reply::bytes(status, "application/problem+json", json::to_text(body));
    auto wait = problem.retry_after;
    if (!wait && (status == 429 || status == 503)) wait = std::chrono::seconds{1};
    if (wait) reply.set("Retry-After", std::to_string(wait->count()));
    return reply;
}

Reply problem(const Error& error) {
    return problem(Problem{.error = error});
}

}  // namespace cohort::http

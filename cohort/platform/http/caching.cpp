// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/caching.h"

#include <utility>

#include "cohort/platform/http/header_list.h"

namespace cohort::http {

namespace {

// Tags are compared weakly, "W/" apart. Ours hold no comma.
bool lists_tag(std::string_view header, std::string_view tag) {
    while (!header.empty()) {
        std::string_view listed = take_member(header);
        if (listed.starts_with("W/")) listed.remove_prefix(2);
        if (listed == tag || listed == "*") return true;
    }
    return false;
}

}  // namespace

bool has_already(const Request& request, std::string_view etag) {
    const auto known = request.header("if-none-match");
    return known && lists_tag(*known, etag);
}

void keep_privately(Reply& reply, std::string etag) {
    reply.set("ETag", std::move(etag));
    reply.set("Cache-Control", "private, no-cache");
    reply.set("Vary", "Cookie");
}

bool is_shareable(const Reply& reply) {
    const std::string_view said = reply.header("Cache-Control");  // the writer's own is no-store
    return !said.empty() && said.find("private") == said.npos && said.find("no-store") == said.npos;
}

}  // namespace cohort::http

// SPDX-License-Identifier: Apache-2.0
// All goroutines of the process, who waits for whom, and what is stuck: weft's own pages, for who
// may see the system. They hold names and source lines of the program, nothing of what it handles.
#include <array>
#include <string>

#include "weft/debug_page.h"
#include "weft/ensure.h"

#include "apps/cohort/wiring.h"

namespace cohort::app {

namespace {

using http::Content;
using http::Reply;
using json::Schema;

struct Page {
    const char* path;  ///< as weft::debug_page() has it
    const char* name;
    const char* summary;
    const char* type;
};

constexpr std::array pages = {
    Page{"", "readGoroutines", "A page for people: what is stuck, who waits for whom, by place",
         "text/html"},
    Page{"/stuck", "readStuck", "What is stuck, and why nobody will ever act", "text/plain"},
    Page{"/stuck.json", "readStuckData", "The same as data", "application/json"},
    Page{"/goroutines", "readGoroutineDump", "All goroutines, grouped by where they are",
         "text/plain"},
    Page{"/goroutines.json", "readGoroutineData", "All goroutines, each for itself",
         "application/json"},
    Page{"/waits.svg", "readWaits", "Who waits for whom, drawn", "image/svg+xml"},
    Page{"/waits.json", "readWaitData", "The same as data", "application/json"},
};

Reply show(const char* path) {
    auto page = weft::debug_page(path);
    ENSURE(page.has_value(), "weft has every page that is listed here");
    return Reply::bytes(page->status, std::move(page->content_type), std::move(page->body));
}

}  // namespace

void goroutines_routes(http::Router& router) {
    for (const Page& page : pages) {
        const bool data = std::string_view(page.type) == "application/json";
        router.add(http::Method::get, std::string("/system/goroutines") + page.path,
                   http::Access::needs(http::Permission::system_view, http::whole_system),
                   [path = page.path](http::Request&) -> Result<Reply> { return show(path); },
                   {.name = page.name,
                    .summary = page.summary,
                    .good = {{200, "As it is now",
                              data ? Content::json(Schema::any()) : Content::of(page.type)}},
                    .priority = resilience::Priority::vital});
    }
}

}  // namespace cohort::app

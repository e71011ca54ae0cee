// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/caching.h"

#include "cohort/platform/http/test_connection.h"

namespace cohort::http {

using namespace test_connection;

TEST_CASE("a tag is known when the caller lists it whole, weak or not, or everything") {
    const auto knows = [](const char* listed) {
        Request request;
        if (listed != nullptr) request.headers = {{"if-none-match", listed}};
        return has_already(request, "\"ab\"");
    };
    for (const char* listed : {"\"ab\"", "W/\"ab\"", "\"x\", \"ab\"", "\"x\" ,W/\"ab\" ", "*"}) {
        CAPTURE(listed);
        CHECK(knows(listed));
    }
    for (const char* listed : {"", "ab", "\"abc\"", "\"x\"", "w/\"ab\"", "\"x\"\"ab\""}) {
        CAPTURE(listed);
        CHECK_FALSE(knows(listed));
    }
    CHECK_FALSE(knows(nullptr));
}

TEST_CASE("what a right was needed for is never an answer that a proxy may give to others") {
    World world;
    const auto public_answer = [](Request&) -> Result<Reply> {
        return std::move(Reply::text(200, "a").set("Cache-Control", "public, max-age=60"));
    };
    world.get("/open", public_answer);
    world.router.add(Method::get, "/closed", Access::signed_in(), public_answer, {});
    world.router.add(Method::get, "/kept", Access::signed_in(),
                     [](Request&) -> Result<Reply> {
                         Reply reply = Reply::text(200, "a");
                         keep_privately(reply, "\"1\"");
                         return reply;
                     },
                     {});
    world.get("/plain", [](Request&) -> Result<Reply> { return Reply::text(200, "a"); });
    const auto said = [&](const std::string& path) {
        const auto replies =
            world.exchange("GET " + path + " HTTP/1.1\r\nHost: x\r\nCookie: session=1\r\n\r\n");
        const std::string& head = replies.at(0).head;
        const auto at = head.find("Cache-Control: ") + 15;
        return head.substr(at, head.find("\r\n", at) - at);
    };
    CHECK(said("/open") == "public, max-age=60");
    CHECK(said("/closed") == "no-store");
    CHECK(said("/kept") == "private, no-cache");
    CHECK(said("/plain") == "no-store");
}

}  // namespace cohort::http

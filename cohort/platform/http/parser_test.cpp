// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/parser.h"

#include <string>
#include <vector>

#include "tests/support/test.h"

namespace cohort::http {

static Result<Head> read_head(const std::string& bytes, const HeadLimits& limits = {}) {
    const auto end = TRY(find_head_end(bytes, 0, limits));
    if (!end) return invalid("incomplete", "");
    return Parser{limits}.head(std::string_view{bytes}.substr(0, *end));
}

static std::string code_of(const std::string& bytes) {
    const auto head = read_head(bytes);
    return head ? "taken" : head.error().code;
}

TEST_CASE("a request's head is read with its method, target and headers in lower case") {
    const Head head =
        read_head("POST /a?b=1 HTTP/1.1\r\nHost: x\r\nContent-LENGTH: 3\r\nX-A: b c \r\n\r\n")
            .value();
    CHECK(head.method == "POST");
    CHECK(head.target == "/a?b=1");
    CHECK(head.content_length == 3);
    CHECK(head.has_body);
    CHECK(head.keep_alive);
    CHECK(head.headers == Pairs{{"host", "x"}, {"content-length", "3"}, {"x-a", "b c"}});
}

TEST_CASE("a connection is kept as HTTP/1.1 says, unless the request asks to close it") {
    CHECK(read_head("GET / HTTP/1.1\r\nHost: x\r\n\r\n").value().keep_alive);
    CHECK_FALSE(
        read_head("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").value().keep_alive);
    CHECK_FALSE(read_head("GET / HTTP/1.0\r\n\r\n").value().keep_alive);
    CHECK(read_head("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").value().keep_alive);
}

TEST_CASE("whatever two servers might read differently is refused") {
    const std::string line = "POST / HTTP/1.1\r\nHost: x\r\n";
    struct Row {
        const char* what;
        std::string bytes;
        const char* code;
    };
    const std::vector<Row> rows{
        {"length and encoding", line + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
         "bad-transfer-encoding"},
        {"encoding and length", line + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
         "bad-content-length"},
        {"two lengths", line + "Content-Length: 3\r\nContent-Length: 4\r\n\r\n",
         "bad-content-length"},
        {"the same length twice", line + "Content-Length: 3\r\nContent-Length: 3\r\n\r\n",
         "bad-content-length"},
        {"a list of lengths", line + "Content-Length: 3, 3\r\n\r\n", "bad-content-length"},
        {"a signed length", line + "Content-Length: +3\r\n\r\n", "bad-content-length"},
        {"no length", line + "Content-Length:\r\n\r\n", "bad-content-length"},
        {"a length beyond 64 bits", line + "Content-Length: 99999999999999999999\r\n\r\n",
         "bad-content-length"},
        {"a bare LF", "POST / HTTP/1.1\nHost: x\n\n", "bad-line-ending"},
        {"a bare LF inside", line + "A: b\nContent-Length: 3\r\n\r\n", "bad-line-ending"},
        {"a folded header", line + "A: b\r\n c\r\n\r\n", "folded-header"},
        {"a header folded with a tab", line + "A: b\r\n\tc\r\n\r\n", "folded-header"},
        {"a space before the colon", line + "Content-Length : 3\r\n\r\n", "bad-request"},
        {"a NUL in a value", line + std::string{"A: b\0c\r\n\r\n", 10}, "bad-request"},
        {"a bare CR in a value", line + "A: b\rc\r\n\r\n", "bad-request"},
        {"two encodings", line + "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n",
         "bad-transfer-encoding"},
        {"an encoding we do not decode", line + "Transfer-Encoding: gzip, chunked\r\n\r\n",
         "unknown-transfer-encoding"},
        {"a disguised encoding", line + "Transfer-Encoding: xchunked\r\n\r\n",
         "unknown-transfer-encoding"},
        {"an encoding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
         "bad-transfer-encoding"},
        {"no Host", "GET / HTTP/1.1\r\n\r\n", "bad-host"},
        {"two Hosts", line + "Host: y\r\n\r\n", "bad-host"},
        {"a version we do not speak", "GET / HTTP/2.0\r\nHost: x\r\n\r\n",
         "http-version-unsupported"},
        {"no version", "GET /\r\n\r\n", "bad-request"},
        {"a method that is no word", "G@T / HTTP/1.1\r\nHost: x\r\n\r\n", "bad-request"},
        {"an unknown expectation", line + "Expect: 200-ok\r\n\r\n", "unknown-expectation"},
        {"a TLS hello", std::string{"\x16\x03\x01\x02\r\n\r\n"}, "bad-request"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        CHECK(code_of(row.bytes) == row.code);
    }
}

TEST_CASE("a head over a limit is refused before it is complete") {
    const HeadLimits limits{.bytes = 200, .target_bytes = 50, .fields = 2};
    const auto long_path = find_head_end("GET /" + std::string(60, 'a'), 0, limits);
    REQUIRE_FALSE(long_path);
    CHECK(long_path.error().code == "path-too-long");
    const auto long_header =
        find_head_end("GET / HTTP/1.1\r\nA: " + std::string(200, 'a'), 0, limits);
    REQUIRE_FALSE(long_header);
    CHECK(long_header.error().code == "headers-too-large");
    const auto many = read_head("GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\nB: 2\r\n\r\n", limits);
    REQUIRE_FALSE(many);
    CHECK(many.error().code == "headers-too-large");
}

TEST_CASE("a head is found whole in whatever pieces it arrives") {
    const std::string bytes = "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\nrest";
    for (std::size_t cut = 0; cut < bytes.size() - 4; ++cut) {
        CAPTURE(cut);
        const auto first = find_head_end(bytes.substr(0, cut), 0, {}).value();
        CHECK_FALSE(first);
        CHECK(find_head_end(bytes, cut == 0 ? 0 : cut - 1, {}).value() == bytes.size() - 4);
    }
}

TEST_CASE("a fold is seen also when the line break and the blank arrive apart") {
    const std::string bytes = "GET / HTTP/1.1\r\nA: b\r\n";
    CHECK_FALSE(find_head_end(bytes, 0, {}).value());
    CHECK(find_head_end(bytes + " c\r\n\r\n", bytes.size() - 1, {}).error().code ==
          "folded-header");
}

// Feeds a body in steps of `step` bytes, as a slow network would.
static Result<std::string> read_body(const std::string& head, const std::string& bytes,
                                     std::size_t step, std::size_t limit = 1000) {
    Parser parser{{}};
    TRY(parser.head(head));
    std::string body;
    std::string buffer;
    for (std::size_t at = 0; at < bytes.size() && !parser.done(); at += step) {
        buffer += bytes.substr(at, step);
        buffer.erase(0, TRY(parser.body(buffer, body, limit)));
    }
    if (!parser.done()) return invalid("incomplete", "");
    return body;
}

TEST_CASE("a chunked body is the same in whatever pieces it arrives, trailers left aside") {
    const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string bytes = "4;a=b\r\nWiki\r\n5\r\npedia\r\n0\r\nCookie: a=b\r\n\r\n";
    for (std::size_t step = 1; step <= bytes.size(); ++step) {
        CAPTURE(step);
        CHECK(read_body(head, bytes, step).value() == "Wikipedia");
    }
}

// Beast's own decoder ended the process here by an assertion; the fuzzer found it within seconds.
TEST_CASE("an empty chunked body is empty in whatever pieces it arrives") {
    const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::size_t step = 1; step <= 5; ++step) {
        CHECK(read_body(head, "0\r\n\r\n", step).value().empty());
    }
}

TEST_CASE("a malformed chunk, an endless chunk line and too many bytes are refused") {
    const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    CHECK(read_body(head, "x\r\n", 99).error().code == "bad-chunk");
    CHECK(read_body(head, "5\r\npediaXX5\r\n", 99).error().code == "bad-chunk");
    CHECK(read_body(head, "1;" + std::string(9000, 'a'), 9999).error().code == "bad-chunk");
    CHECK(read_body(head, "FFFFFFFFFFFFFFFFF\r\n", 99).error().code == "bad-chunk");
    CHECK(read_body(head, "-1\r\n", 99).error().code == "bad-chunk");
    CHECK(read_body(head, "1 \r\na\r\n", 99).error().code == "bad-chunk");
    CHECK(read_body(head, "1\na\n", 99).error().code == "bad-chunk");
    CHECK(read_body(head, "0\r\nA: b\r\n c\r\n\r\n", 99).error().code == "bad-chunk");
    CHECK(read_body(head, "0\r\nA: " + std::string(5000, 'a'), 9999).error().code == "bad-chunk");
    CHECK(read_body(head, "fff\r\n", 99).error().code == "body-too-large");
    const std::string two = "300\r\n" + std::string(0x300, 'a') + "\r\n300\r\n";
    for (const std::size_t step : {std::size_t{1}, two.size()}) {
        CHECK(read_body(head, two, step, 1000).error().code == "body-too-large");
    }
}

TEST_CASE("a body of known length is read to its last byte and not beyond") {
    Parser parser{{}};
    CHECK(parser.head("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n"));
    std::string body;
    CHECK(parser.body("abcGET /", body, 10).value() == 3);
    CHECK(body == "abc");
    CHECK(parser.done());
}

}  // namespace cohort::http

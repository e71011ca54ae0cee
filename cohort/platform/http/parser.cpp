// SPDX-License-Identifier: Apache-2.0
// The only file that knows Beast; it costs seconds to compile.
#include "cohort/platform/http/parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <utility>

namespace cohort::http {

namespace beast = boost::beast;
using beast::string_view;
using beast::http::error;

namespace {

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool same_word(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

Error bad(std::string code, std::string text) {
    return invalid(std::move(code), std::move(text));
}

Error to_error(const beast::error_code& from) {
    if (from == error::bad_version) {
        return bad("http-version-unsupported", "This server speaks HTTP/1.1.");
    }
    if (from == error::bad_method) return bad("bad-request", "The method is malformed.");
    if (from == error::bad_target) return bad("bad-request", "The request target is malformed.");
    if (from == error::bad_content_length || from == error::multiple_content_length) {
        return bad("bad-content-length", "Content-Length is malformed or contradicts another.");
    }
    if (from == error::bad_transfer_encoding) {
        return bad("bad-transfer-encoding", "Transfer-Encoding contradicts another header.");
    }
    return bad("bad-request", "The request is malformed: " + from.message() + ".");
}

// What Beast finds in a head goes straight into our own structures; no second copy in its own. It
// never sees a body.
class Reader final : public beast::http::basic_parser<true> {
  public:
    Head head;

  private:
    void on_request_impl(beast::http::verb, string_view method, string_view target, int version,
                         beast::error_code&) override {
        head.method.assign(method.data(), method.size());
        head.target.assign(target.data(), target.size());
        head.keep_alive = version >= 11;  // refined once the headers are known
    }
    void on_response_impl(int, string_view, int, beast::error_code&) override {}

    void on_field_impl(beast::http::field, string_view name, string_view value,
                       beast::error_code&) override {
        auto& [key, text] = head.headers.emplace_back();
        key.resize(name.size());
        std::transform(name.begin(), name.end(), key.begin(), lower);
        text.assign(value.data(), value.size());
    }
    void on_header_impl(beast::error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, beast::error_code&) override {}
    std::size_t on_body_impl(string_view, beast::error_code&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t, string_view, beast::error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view, beast::error_code&) override {
        return 0;
    }
    void on_finish_impl(beast::error_code&) override {}
};

struct Framing {
    int hosts = 0;
    int lengths = 0;
    int encodings = 0;
    std::string_view length;
    std::string_view encoding;
    std::string_view expect;
};

Framing framing_of(const Head& head) {
    Framing found;
    for (const auto& [name, value] : head.headers) {
        if (name == "host") {
            ++found.hosts;
        } else if (name == "content-length") {
            ++found.lengths;
            found.length = value;
        } else if (name == "transfer-encoding") {
            ++found.encodings;
            found.encoding = value;
        } else if (name == "expect") {
            found.expect = value;
        }
    }
    return found;
}

// Beast takes equal repeated lengths, lists of them and encodings it does not decode.
Result<void> check_framing(const Head& head, bool http11) {
    const Framing found = framing_of(head);
    if (found.hosts > 1 || (http11 && found.hosts == 0)) {
        return bad("bad-host", "Exactly one Host header is needed.");
    }
    if (found.lengths > 0 && found.encodings > 0) {
        return bad("bad-transfer-encoding",
                   "Content-Length and Transfer-Encoding exclude another.");
    }
    const bool digits = std::all_of(found.length.begin(), found.length.end(),
                                    [](char c) { return c >= '0' && c <= '9'; });
    if (found.lengths > 1 || !digits || (found.lengths == 1 && found.length.empty())) {
        return bad("bad-content-length", "Content-Length must be one number.");
    }
    if (found.encodings > 1 || (found.encodings == 1 && !http11)) {
        return bad("bad-transfer-encoding", "Transfer-Encoding is not allowed like this.");
    }
    if (found.encodings == 1 && !same_word(found.encoding, "chunked")) {
        return bad("unknown-transfer-encoding", "The only Transfer-Encoding taken is chunked.");
    }
    if (!found.expect.empty() && !same_word(found.expect, "100-continue")) {
        return bad("unknown-expectation", "The only expectation taken is 100-continue.");
    }
    return {};
}

}  // namespace

Result<std::optional<std::size_t>> find_head_end(std::string_view bytes, std::size_t from,
                                                 const HeadLimits& limits) {
    const std::string_view seen = bytes.substr(0, limits.bytes);
    for (std::size_t i = seen.find('\n', from); i != seen.npos; i = seen.find('\n', i + 1)) {
        if (i == 0 || seen[i - 1] != '\r') {
            return bad("bad-line-ending", "Lines must end with CR LF.");
        }
        if (i >= 3 && seen.substr(i - 3, 4) == "\r\n\r\n") return std::optional{i + 1};
        if (i + 1 < bytes.size() && (bytes[i + 1] == ' ' || bytes[i + 1] == '\t')) {
            return bad("folded-header", "A header must stand on one line.");
        }
    }
    if (seen.substr(0, limits.target_bytes).find('\n') == seen.npos &&
        seen.size() >= limits.target_bytes) {
        return bad("path-too-long", "The request line is too long.");
    }
    if (bytes.size() >= limits.bytes) {
        return bad("headers-too-large", "The headers are too large.");
    }
    return std::optional<std::size_t>{};
}

Parser::Parser(const HeadLimits& limits) : limits_(limits) {}

Result<Head> Parser::head(std::string_view bytes) {
    Reader reader;
    reader.header_limit(static_cast<std::uint32_t>(limits_.bytes + 1));
    reader.body_limit(boost::none);
    reader.eager(false);
    beast::error_code failure;
    reader.put({bytes.data(), bytes.size()}, failure);
    if (failure) return to_error(failure);
    if (!reader.is_header_done()) return bad("bad-request", "The request is malformed.");
    Head& head = reader.head;
    if (head.headers.size() > limits_.fields) {
        return bad("headers-too-large", "There are too many headers.");
    }
    const bool http11 = head.keep_alive;
    TRY(check_framing(head, http11));
    head.keep_alive = reader.keep_alive();
    head.has_body = !reader.is_done();
    head.expects_continue = http11 && !framing_of(head).expect.empty();
    left_ = 0;
    if (const auto length = reader.content_length()) left_ = *length;
    if (head.has_body && !reader.content_length()) {
        chunks_.emplace();
    } else {
        head.content_length = left_;
    }
    return std::move(head);
}

Result<std::size_t> Parser::body(std::string_view bytes, std::string& body, std::size_t limit) {
    if (chunks_) return chunks_->feed(bytes, body, limit);
    if (left_ > limit - body.size()) {
        return bad("body-too-large", "The body is too large.");
    }
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
    body.append(bytes.substr(0, size));
    left_ -= size;
    return size;
}

}  // namespace cohort::http

// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 requests from bytes. Stricter than the RFC allows a server to be: whatever two programs
// in a row might read differently is refused, so that no request can hide inside another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cohort/base/result.h"
#include "cohort/platform/http/chunks.h"
#include "cohort/platform/http/request.h"

namespace cohort::http {

struct HeadLimits {
    std::size_t bytes = 16 * 1024;        ///< request line and headers → 431
    std::size_t target_bytes = 8 * 1024;  ///< → 414
    std::size_t fields = 100;             ///< → 431
};

/// A request before its body.
struct Head {
    std::string method;
    std::string target;
    Pairs headers;  ///< names in lower case
    bool keep_alive = true;
    bool expects_continue = false;
    bool has_body = false;
    std::optional<std::uint64_t> content_length;  ///< absent: chunked
};

/// Where a request's head ends in `bytes`. A second look may start `from` the last byte of the
/// first. Shape: nothing while it is not complete. Errors: invalid/bad-line-ending (a bare LF),
/// invalid/folded-header, invalid/headers-too-large, invalid/path-too-long.
Result<std::optional<std::size_t>> find_head_end(std::string_view bytes, std::size_t from,
                                                 const HeadLimits& limits);

/// Reads one request; made anew for each. The head is Boost.Beast's work, the body our own.
class Parser {
  public:
    explicit Parser(const HeadLimits& limits);

    /// Reads a complete head (up to and including the empty line).
    /// Errors: invalid/bad-request and its finer codes: each is answered and ends the connection.
    Result<Head> head(std::string_view bytes);

    /// Adds what `bytes` hold of the body to `body`. Shape: how many bytes were used; what is left
    /// comes again with more behind it.
    /// Errors: invalid/body-too-large as soon as a length says so, invalid/bad-chunk.
    Result<std::size_t> body(std::string_view bytes, std::string& body, std::size_t limit);

    /// Whether the request is complete. Only after head().
    bool done() const noexcept { return chunks_ ? chunks_->done() : left_ == 0; }

  private:
    HeadLimits limits_;
    std::uint64_t left_ = 0;  // of a body whose length is known
    std::optional<ChunkDecoder> chunks_;
};

}  // namespace cohort::http

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cohort/base/result.h"

namespace cohort::http {

/// Takes a chunked body apart. Our own, because Beast's ends the process by an assertion when an
/// empty body arrives in pieces (1.81, `n >= 5`), and a caller must never be able to do that.
///
/// Shape:  extensions and trailers are read and left aside.
/// Source: RFC 9112 §7.1, without the white space it lets a recipient tolerate.
class ChunkDecoder {
  public:
    /// Adds the data in `bytes` to `body`. Shape: how many bytes were used; what is left comes
    /// again with more behind it. Errors: invalid/body-too-large as soon as a length says so,
    /// invalid/bad-chunk.
    Result<std::size_t> feed(std::string_view bytes, std::string& body, std::size_t limit);

    bool done() const noexcept { return state_ == State::done; }

  private:
    enum class State : std::uint8_t { size, data, data_end, trailer, done };

    Result<std::size_t> take_line(std::string_view bytes, std::string_view& line) const;
    Result<void> begin_chunk(std::string_view line, const std::string& body, std::size_t limit);
    Result<void> take_trailer(std::string_view line);

    State state_ = State::size;
    std::uint64_t left_ = 0;  // of the chunk's data
    std::size_t trailer_bytes_ = 0;
};

}  // namespace cohort::http

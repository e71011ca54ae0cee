// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "cohort/platform/http/stream.h"

namespace cohort::http {

/// The bytes of a stream that have come and are not used yet. What a pipelining client sends ahead
/// stays here until its turn.
class Input {
  public:
    explicit Input(Stream& stream) : stream_(stream) {}

    std::string_view unread() const noexcept { return {buffer_.get() + begin_, end_ - begin_}; }
    void consume(std::size_t bytes) noexcept;

    /// Waits for more. Shape: how many bytes came, at most `most`; 0 at the end.
    /// Errors: those of Stream::read_some.
    Result<std::size_t> fill(weft::TimePoint until, std::size_t most = 4096);

  private:
    void make_room(std::size_t bytes);

    Stream& stream_;
    std::unique_ptr<char[]> buffer_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace cohort::http

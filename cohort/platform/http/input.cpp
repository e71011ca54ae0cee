// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/input.h"

#include <algorithm>
#include <cstring>

#include "weft/ensure.h"

namespace cohort::http {

void Input::consume(std::size_t bytes) noexcept {
    ENSURE(bytes <= end_ - begin_, "more bytes consumed than there are");
    begin_ += bytes;
    if (begin_ == end_) begin_ = end_ = 0;
}

void Input::make_room(std::size_t bytes) {
    if (capacity_ - end_ >= bytes) return;
    const std::size_t kept = end_ - begin_;
    if (capacity_ - kept >= bytes) {
        std::memmove(buffer_.get(), buffer_.get() + begin_, kept);
    } else {
        const std::size_t capacity = std::max(capacity_ * 2, kept + bytes);
        auto larger = std::make_unique_for_overwrite<char[]>(capacity);
        if (kept > 0) std::memcpy(larger.get(), buffer_.get() + begin_, kept);
        buffer_ = std::move(larger);
        capacity_ = capacity;
    }
    begin_ = 0;
    end_ = kept;
}

Result<std::size_t> Input::fill(weft::TimePoint until, std::size_t most) {
    make_room(most);
    const std::size_t got = TRY(stream_.read_some({buffer_.get() + end_, most}, until));
    end_ += got;
    return got;
}

}  // namespace cohort::http

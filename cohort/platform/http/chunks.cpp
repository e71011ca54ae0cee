// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/chunks.h"

#include <algorithm>
#include <charconv>

namespace cohort::http {

// There is no use for a longer one.
static constexpr std::size_t line_bytes_max = 4096;

static Error bad_chunk() {
    return invalid("bad-chunk", "The chunked body is malformed.");
}

// Text and tabs; a bare CR would let two readers disagree about where the line ends.
static bool is_text(std::string_view line) {
    return std::all_of(line.begin(), line.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte >= 0x20 && byte != 0x7f) || c == '\t';
    });
}

// Shape: the bytes of the line with its CR LF; 0 while it is not complete.
Result<std::size_t> ChunkDecoder::take_line(std::string_view bytes, std::string_view& line) const {
    const auto end = bytes.substr(0, line_bytes_max).find('\n');
    if (end == bytes.npos) {
        if (bytes.size() >= line_bytes_max) return bad_chunk();
        return std::size_t{0};
    }
    if (end == 0 || bytes[end - 1] != '\r') return bad_chunk();
    line = bytes.substr(0, end - 1);
    if (!is_text(line)) return bad_chunk();
    return end + 1;
}

Result<void> ChunkDecoder::begin_chunk(std::string_view line, const std::string& body,
                                       std::size_t limit) {
    const char* end = line.data() + line.size();
    const auto [stop, error] = std::from_chars(line.data(), end, left_, 16);
    if (error != std::errc{} || line.starts_with('-')) return bad_chunk();
    if (stop != end && *stop != ';') return bad_chunk();
    if (left_ > limit - body.size()) {
        return invalid("body-too-large", "The body is too large.");
    }
    state_ = left_ > 0 ? State::data : State::trailer;
    return {};
}

Result<void> ChunkDecoder::take_trailer(std::string_view line) {
    trailer_bytes_ += line.size();
    if (line.starts_with(' ') || line.starts_with('\t') || trailer_bytes_ > line_bytes_max) {
        return bad_chunk();
    }
    if (line.empty()) state_ = State::done;
    return {};
}

Result<std::size_t> ChunkDecoder::feed(std::string_view bytes, std::string& body,
                                       std::size_t limit) {
    std::size_t used = 0;
    while (!done() && used < bytes.size()) {
        const std::string_view rest = bytes.substr(used);
        if (state_ == State::data) {
            const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, rest.size()));
            body.append(rest.substr(0, size));
            left_ -= size;
            used += size;
            if (left_ == 0) state_ = State::data_end;
            continue;
        }
        std::string_view line;
        const std::size_t taken = TRY(take_line(rest, line));
        if (taken == 0) break;
        used += taken;
        if (state_ == State::size) {
            TRY(begin_chunk(line, body, limit));
        } else if (state_ == State::trailer) {
            TRY(take_trailer(line));
        } else {
            if (!line.empty()) return bad_chunk();
            state_ = State::size;
        }
    }
    return used;
}

}  // namespace cohort::http

// SPDX-License-Identifier: Apache-2.0
// SHA-256, its keyed form, and the texts digests travel as.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cohort/base/result.h"

namespace cohort::auth {

/// Shape: 32 bytes; compares in the order of its bytes (not in constant time: see same_bytes).
using Digest = std::array<std::uint8_t, 32>;

/// Source: FIPS 180-4.
Digest sha256(std::string_view bytes);
std::string sha256_hex(std::string_view bytes);

/// SHA-256 of something that arrives in pieces.
class Sha256 {
  public:
    Sha256();
    void add(std::string_view bytes);

    /// The digest of all pieces. The object is used up: a second call is a contract breach.
    Digest finish();

  private:
    alignas(64) std::array<std::byte, 128> state_;
    bool finished_ = false;
};

/// Proves that the text was written by a holder of the key, which may have any length.
/// Source: RFC 2104, RFC 4231.
Digest hmac_sha256(std::string_view key, std::string_view bytes);

/// Whether both are equal, in a time that depends on their lengths alone: for tokens, tags and
/// whatever a stranger may guess byte by byte.
bool same_bytes(std::string_view left, std::string_view right);

std::string_view as_bytes(const Digest& digest);

/// Lower-case hexadecimal.
std::string to_hex(std::string_view bytes);
std::string to_hex(const Digest& digest);

/// Errors: invalid/bad-hex (odd length, or anything but digits of either case).
Result<std::string> from_hex(std::string_view text);

/// Errors: invalid/bad-hex (also when it is not 64 digits).
Result<Digest> digest_from_hex(std::string_view text);

}  // namespace cohort::auth

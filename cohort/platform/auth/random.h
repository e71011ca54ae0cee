// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "cohort/base/result.h"

namespace cohort::auth {

/// Bytes nobody can guess, from the kernel.
std::string random_bytes(std::size_t count);

/// A name nobody can guess, in URL-safe letters; 32 bytes are 256 bits and 43 letters.
std::string random_token(std::size_t bytes = 32);

/// A password for a person to read and type: 20 letters and digits in groups of five, without the
/// ones that look alike (0 O, 1 l I); 97 bits.
std::string random_password();

/// Shape: letters, digits, `-` and `_`, without padding.
/// Source: RFC 4648 §5.
std::string to_base64url(std::string_view bytes);

/// Errors: invalid/bad-base64 (padding, blanks and bits left over are refused: each value has one
/// text).
Result<std::string> from_base64url(std::string_view text);

}  // namespace cohort::auth

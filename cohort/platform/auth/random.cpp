// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/auth/random.h"

#include <sodium.h>

#include "cohort/platform/auth/library.h"

namespace cohort::auth {

namespace {

// 29 signs, so that a typed password survives a bad font: 20 of them are 97 bits.
constexpr std::string_view readable = "abcdefghjkmnpqrstuvwxyz234579";

constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

}  // namespace

std::string random_bytes(std::size_t count) {
    use_library();
    std::string bytes(count, '\0');
    randombytes_buf(bytes.data(), bytes.size());
    return bytes;
}

std::string random_token(std::size_t bytes) {
    return to_base64url(random_bytes(bytes));
}

std::string random_password() {
    use_library();
    std::string password;
    for (int i = 0; i < 20; ++i) {
        if (i != 0 && i % 5 == 0) password += '-';
        password += readable[randombytes_uniform(static_cast<std::uint32_t>(readable.size()))];
    }
    return password;
}

std::string to_base64url(std::string_view bytes) {
    std::string text(sodium_base64_ENCODED_LEN(bytes.size(), variant), '\0');
    sodium_bin2base64(text.data(), text.size(),
                      reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), variant);
    text.pop_back();
    return text;
}

Result<std::string> from_base64url(std::string_view text) {
    std::string bytes(text.size() / 4 * 3 + 3, '\0');
    std::size_t size = 0;
    const int failed =
        sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                          text.size(), nullptr, &size, nullptr, variant);
    bytes.resize(size);
    if (failed != 0 || to_base64url(bytes) != text)
        return invalid("bad-base64", "this is not a base64url text");
    return bytes;
}

}  // namespace cohort::auth

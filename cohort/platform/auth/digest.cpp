// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/auth/digest.h"

#include <cstring>
#include <sodium.h>

#include "weft/ensure.h"

#include "cohort/platform/auth/library.h"

namespace cohort::auth {

namespace {

// The library's state lives inside the object, so that hashing allocates nothing.
static_assert(sizeof(crypto_hash_sha256_state) <= 128);

crypto_hash_sha256_state* state_of(std::array<std::byte, 128>& bytes) {
    return reinterpret_cast<crypto_hash_sha256_state*>(bytes.data());
}

const unsigned char* raw(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

Digest sha256(std::string_view bytes) {
    use_library();
    Digest digest;
    crypto_hash_sha256(digest.data(), raw(bytes), bytes.size());
    return digest;
}

std::string sha256_hex(std::string_view bytes) {
    return to_hex(sha256(bytes));
}

Sha256::Sha256() : state_{} {
    use_library();
    crypto_hash_sha256_init(state_of(state_));
}

void Sha256::add(std::string_view bytes) {
    ENSURE(!finished_, "Sha256::add() after finish()");
    crypto_hash_sha256_update(state_of(state_), raw(bytes), bytes.size());
}

Digest Sha256::finish() {
    ENSURE(!finished_, "Sha256::finish() twice");
    finished_ = true;
    Digest digest;
    crypto_hash_sha256_final(state_of(state_), digest.data());
    return digest;
}

Digest hmac_sha256(std::string_view key, std::string_view bytes) {
    use_library();
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, raw(key), key.size());
    crypto_auth_hmacsha256_update(&state, raw(bytes), bytes.size());
    Digest digest;
    crypto_auth_hmacsha256_final(&state, digest.data());
    sodium_memzero(&state, sizeof state);
    return digest;
}

bool same_bytes(std::string_view left, std::string_view right) {
    if (left.size() != right.size()) return false;
    return sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string_view as_bytes(const Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string to_hex(std::string_view bytes) {
    std::string text(bytes.size() * 2 + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), raw(bytes), bytes.size());
    text.pop_back();
    return text;
}

std::string to_hex(const Digest& digest) {
    return to_hex(as_bytes(digest));
}

Result<std::string> from_hex(std::string_view text) {
    std::string bytes(text.size() / 2, '\0');
    std::size_t size = 0;
    const int failed = sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                                      text.data(), text.size(), nullptr, &size, nullptr);
    if (failed != 0 || text.size() % 2 != 0 || size != bytes.size())
        return invalid("bad-hex", "this is not a hexadecimal text");
    return bytes;
}

Result<Digest> digest_from_hex(std::string_view text) {
    const std::string bytes = TRY(from_hex(text));
    Digest digest;
    if (bytes.size() != digest.size())
        return invalid("bad-hex", "a digest has 64 hexadecimal digits");
    std::memcpy(digest.data(), bytes.data(), digest.size());
    return digest;
}

}  // namespace cohort::auth

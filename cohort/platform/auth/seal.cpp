// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/auth/seal.h"

#include <sodium.h>

#include "weft/ensure.h"

#include "cohort/platform/auth/library.h"
#include "cohort/platform/auth/random.h"

namespace cohort::auth {

namespace {

constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t key_bytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;

unsigned char* raw(std::string& bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

const unsigned char* raw(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

SealingKey SealingKey::derived(const SigningKey& from, std::string_view purpose) {
    use_library();
    std::string key = from.derive(purpose, key_bytes);
    return SealingKey(Secret::taken_from(key));
}

std::string SealingKey::seal(std::string_view secret, std::string_view owner) const {
    const std::string nonce = random_bytes(nonce_bytes);
    std::string sealed(nonce + std::string(secret.size() + tag_bytes, '\0'));
    crypto_aead_xchacha20poly1305_ietf_encrypt(raw(sealed) + nonce_bytes, nullptr, raw(secret),
                                               secret.size(), raw(owner), owner.size(), nullptr,
                                               raw(std::string_view(nonce)), raw(key_.reveal()));
    return to_base64url(sealed);
}

Result<Secret> SealingKey::open(std::string_view sealed, std::string_view owner) const {
    const Error broken = invalid("seal-broken", "It was not sealed with this server's key.");
    const auto bytes = from_base64url(sealed);
    if (!bytes || bytes->size() < nonce_bytes + tag_bytes) return broken;
    const std::string_view text = std::string_view(*bytes).substr(nonce_bytes);
    std::string secret(text.size() - tag_bytes, '\0');
    const int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(
        raw(secret), nullptr, nullptr, raw(text), text.size(), raw(owner), owner.size(),
        raw(std::string_view(*bytes)), raw(key_.reveal()));
    if (opened != 0) return broken;
    return Secret::taken_from(secret);
}

}  // namespace cohort::auth

// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/auth/sign.h"

#include <cstring>
#include <optional>
#include <sodium.h>
#include <utility>

#include "cohort/platform/auth/digest.h"
#include "cohort/platform/auth/library.h"
#include "cohort/platform/auth/private_file.h"
#include "cohort/platform/auth/random.h"

namespace cohort::auth {

namespace {

// One line, so that an operator who opens the file sees what it is.
constexpr std::string_view header = "cohort-ed25519-seed-v1 ";

unsigned char* raw(std::string& bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

const unsigned char* raw(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

Result<SigningKey> parse_file(std::string_view text) {
    const Error bad = invalid("key-file", "the key file holds no signing key");
    if (!text.starts_with(header) || !text.ends_with('\n')) return bad;
    text.remove_prefix(header.size());
    text.remove_suffix(1);
    auto seed = from_base64url(text);
    if (!seed) return bad;
    auto key = SigningKey::from_seed(*seed);
    wipe(*seed);
    if (!key) return bad;
    return key;
}

// Nothing when there is no such file.
Result<std::optional<SigningKey>> read_key(const std::filesystem::path& path) {
    auto text = TRY(read_private(path));
    if (!text) return std::optional<SigningKey>{};
    auto key = parse_file(*text);
    wipe(*text);
    return std::optional<SigningKey>{TRY(std::move(key))};
}

}  // namespace

std::string to_hex(const VerifyKey& key) {
    return to_hex(
        std::string_view(reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()));
}

std::string to_hex(const Signature& signature) {
    return to_hex(std::string_view(reinterpret_cast<const char*>(signature.bytes.data()),
                                   signature.bytes.size()));
}

Result<VerifyKey> verify_key_from_hex(std::string_view text) {
    const std::string bytes = TRY(from_hex(text));
    VerifyKey key;
    if (bytes.size() != key.bytes.size())
        return invalid("bad-hex", "a verify key has 64 hexadecimal digits");
    std::memcpy(key.bytes.data(), bytes.data(), bytes.size());
    return key;
}

Result<Signature> signature_from_hex(std::string_view text) {
    const std::string bytes = TRY(from_hex(text));
    Signature signature;
    if (bytes.size() != signature.bytes.size())
        return invalid("bad-hex", "a signature has 128 hexadecimal digits");
    std::memcpy(signature.bytes.data(), bytes.data(), bytes.size());
    return signature;
}

SigningKey SigningKey::generate() {
    std::string seed = random_bytes(crypto_sign_SEEDBYTES);
    auto key = from_seed(seed);
    wipe(seed);
    return std::move(key).value();
}

Result<SigningKey> SigningKey::from_seed(std::string_view seed) {
    use_library();
    if (seed.size() != crypto_sign_SEEDBYTES)
        return invalid("bad-key-seed", "the seed of a signing key has 32 bytes");
    VerifyKey key;
    std::string secret(crypto_sign_SECRETKEYBYTES, '\0');
    crypto_sign_seed_keypair(key.bytes.data(), raw(secret), raw(seed));
    return SigningKey{Secret::taken_from(secret), key};
}

Result<SigningKey> SigningKey::load_or_create(const std::filesystem::path& path) {
    if (auto key = TRY(read_key(path))) return std::move(*key);
    std::string seed = random_bytes(crypto_sign_SEEDBYTES);
    std::string encoded = to_base64url(seed);
    std::string text = std::string(header) + encoded + "\n";
    const auto created = create_private(path, text);
    for (std::string* secret : {&seed, &encoded, &text}) wipe(*secret);
    TRY(created);
    return load(path);
}

Result<SigningKey> SigningKey::load(const std::filesystem::path& path) {
    auto key = TRY(read_key(path));
    if (!key) return unavailable("private-file", "There is no key file " + path.string() + ".");
    return std::move(*key);
}

Signature SigningKey::sign(std::string_view message) const {
    Signature signature;
    crypto_sign_detached(signature.bytes.data(), nullptr, raw(message), message.size(),
                         raw(secret_.reveal()));
    return signature;
}

std::string SigningKey::derive(std::string_view purpose, std::size_t bytes) const {
    std::string derived(bytes, '\0');
    crypto_generichash(raw(derived), derived.size(), raw(purpose), purpose.size(),
                       raw(secret_.reveal()), secret_.reveal().size());
    return derived;
}

bool verify(const VerifyKey& key, std::string_view message, const Signature& signature) {
    use_library();
    return crypto_sign_verify_detached(signature.bytes.data(), raw(message), message.size(),
                                       key.bytes.data()) == 0;
}

}  // namespace cohort::auth

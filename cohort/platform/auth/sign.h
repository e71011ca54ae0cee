// SPDX-License-Identifier: Apache-2.0
// Ed25519: what one key signed, everybody with the other can check. The library signs; this file
// keeps the secret half in one place and its file to the owner.
// Source: RFC 8032.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "cohort/base/result.h"
#include "cohort/platform/auth/secret.h"

namespace cohort::auth {

/// The public half. Shape: 32 bytes; as text 64 hexadecimal digits.
struct VerifyKey {
    std::array<std::uint8_t, 32> bytes{};

    friend bool operator==(const VerifyKey&, const VerifyKey&) = default;
};

/// Shape: 64 bytes; as text 128 hexadecimal digits.
struct Signature {
    std::array<std::uint8_t, 64> bytes{};

    friend bool operator==(const Signature&, const Signature&) = default;
};

std::string to_hex(const VerifyKey& key);
std::string to_hex(const Signature& signature);

/// Errors: invalid/bad-hex (also when the length is wrong).
Result<VerifyKey> verify_key_from_hex(std::string_view text);
Result<Signature> signature_from_hex(std::string_view text);

/// Both halves of a key. Moves only; the secret half is wiped with the object.
class SigningKey {
  public:
    static SigningKey generate();

    /// The key with this seed: the same seed gives the same key, for tests and restored backups.
    /// Errors: invalid/bad-key-seed (not 32 bytes).
    static Result<SigningKey> from_seed(std::string_view seed);

    /// Reads the key file, or makes one that only its owner can read (0600), durable before return.
    /// Two processes that start at once end up with the same key.
    /// Errors: those of read_private() and create_private(); invalid/key-file (it holds no key).
    /// Blocks: the thread, for one small file.
    static Result<SigningKey> load_or_create(const std::filesystem::path& file);

    /// As load_or_create, but a missing file is an error: unavailable/private-file.
    static Result<SigningKey> load(const std::filesystem::path& file);

    Signature sign(std::string_view message) const;

    /// Secret bytes for another purpose, the same each time; at most 64.
    std::string derive(std::string_view purpose, std::size_t bytes) const;

    const VerifyKey& verify_key() const noexcept { return public_; }

  private:
    SigningKey(Secret secret, VerifyKey key) : secret_(std::move(secret)), public_(key) {}

    Secret secret_;
    VerifyKey public_;
};

/// Whether the holder of the secret half signed exactly these bytes.
bool verify(const VerifyKey& key, std::string_view message, const Signature& signature);

}  // namespace cohort::auth

// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/auth/secret.h"

#include <cstring>
#include <sodium.h>
#include <utility>

namespace cohort::auth {

Secret::Secret(std::string_view text)
    : bytes_(text.empty() ? nullptr : std::make_unique<char[]>(text.size())), size_(text.size()) {
    if (size_ != 0) std::memcpy(bytes_.get(), text.data(), size_);
}

Secret Secret::taken_from(std::string& text) {
    Secret secret{text};
    auth::wipe(text);
    return secret;
}

Secret::Secret(Secret&& other) noexcept
    : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this == &other) return *this;
    wipe();
    bytes_ = std::move(other.bytes_);
    size_ = std::exchange(other.size_, 0);
    return *this;
}

Secret::~Secret() {
    wipe();
}

void Secret::wipe() noexcept {
    if (bytes_) sodium_memzero(bytes_.get(), size_);
}

void wipe(std::string& text) noexcept {
    // The capacity too: a string that was longer before still has its tail there.
    text.resize(text.capacity());
    sodium_memzero(text.data(), text.size());
    text.clear();
}

}  // namespace cohort::auth

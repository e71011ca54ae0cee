// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/auth/seal.h"

#include "tests/support/test.h"

namespace cohort::auth {

namespace {

SigningKey signing_key(char seed) {
    return SigningKey::from_seed(std::string(32, seed)).value();
}
SealingKey key_for(const std::string& purpose, char seed = 'a') {
    return SealingKey::derived(signing_key(seed), purpose);
}
std::string opened(const SealingKey& key, const std::string& sealed, const std::string& owner) {
    const auto secret = key.open(sealed, owner);
    return secret ? std::string(secret->reveal()) : secret.error().code;
}

}  // namespace

TEST_CASE("what was sealed is opened by the same key for the same owner, and by nothing else") {
    const SealingKey key = key_for("tokens");
    const std::string sealed = key.seal("s3cret", "site 1");
    CHECK(opened(key_for("tokens"), sealed, "site 1") == "s3cret");
    CHECK(opened(key, sealed, "site 2") == "seal-broken");
    CHECK(opened(key_for("passwords"), sealed, "site 1") == "seal-broken");
    CHECK(opened(key_for("tokens", 'b'), sealed, "site 1") == "seal-broken");
}

TEST_CASE("a sealed secret of which any letter was changed is not opened") {
    const SealingKey key = key_for("tokens");
    const std::string sealed = key.seal("s3cret", "");
    for (std::size_t at = 0; at < sealed.size(); ++at) {
        std::string other = sealed;
        other[at] = other[at] == 'A' ? 'B' : 'A';
        CHECK(opened(key, other, "") == "seal-broken");
    }
    CHECK(opened(key, "", "") == "seal-broken");
    CHECK(opened(key, sealed.substr(4), "") == "seal-broken");
}

TEST_CASE("the same secret is sealed differently each time, and an empty one can be") {
    const SealingKey key = key_for("tokens");
    CHECK(key.seal("s3cret", "") != key.seal("s3cret", ""));
    CHECK(opened(key, key.seal("", "x"), "x").empty());
}

}  // namespace cohort::auth

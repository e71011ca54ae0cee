// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/auth/random.h"

#include <set>

#include "cohort/platform/auth/secret.h"
#include "tests/support/test.h"

namespace cohort::auth {

TEST_CASE("a thousand tokens of 256 bits are all different and fit a cookie") {
    std::set<std::string> tokens;
    for (int i = 0; i < 1000; ++i) tokens.insert(random_token());
    CHECK(tokens.size() == 1000);
    for (const auto& token : tokens) {
        CHECK(token.size() == 43);
        CHECK(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789-_") == std::string::npos);
    }
}

TEST_CASE("a generated password has four groups of five and no sign that looks like another") {
    std::set<std::string> passwords;
    for (int i = 0; i < 200; ++i) {
        const auto password = random_password();
        CHECK(password.size() == 23);
        CHECK(password[5] == '-');
        CHECK(password.find_first_of("0O1lIi68oO") == std::string::npos);
        passwords.insert(password);
    }
    CHECK(passwords.size() == 200);
}

TEST_CASE("base64url has one text for each value: padding, blanks and left-over bits are refused") {
    CHECK(to_base64url("") == "");
    CHECK(to_base64url("f") == "Zg");
    CHECK(to_base64url("\xfb\xff") == "-_8");
    for (std::size_t size = 0; size < 70; ++size) {
        const auto bytes = random_bytes(size);
        CHECK(from_base64url(to_base64url(bytes)).value() == bytes);
    }
    for (const char* bad : {"Zg==", "Z", "Zh", "Zg Zg", "Zg\n", "+/8", "Z!"})
        CHECK(from_base64url(bad).error().code == "bad-base64");
}

TEST_CASE(
    "a secret moves without leaving its text behind, and wipes the string it was taken from") {
    std::string typed = "a password of some length, longer than any small string";
    const char* const place = typed.data();
    const auto size = typed.size();
    Secret secret = Secret::taken_from(typed);
    CHECK(typed.empty());
    CHECK(std::string(place, size) == std::string(size, '\0'));
    Secret moved = std::move(secret);
    CHECK(secret.empty());
    CHECK(moved.reveal() == "a password of some length, longer than any small string");
    moved = Secret{"short"};
    CHECK(moved.reveal() == "short");
    CHECK(Secret{}.reveal() == "");
}

}  // namespace cohort::auth

// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/auth/password.h"

#include "weft/run.h"
#include "weft/scope.h"

#include "cohort/platform/auth/random.h"
#include "tests/support/test.h"

namespace cohort::auth {

namespace {

std::string why_not(std::string_view password, std::string_view login = "coordinator@demo") {
    const auto checked = check_password(password, login);
    return checked ? "good" : checked.error().code;
}

const PasswordHasher::Options quick{.cost = {.memory_bytes = 8192, .passes = 1}};

}  // namespace

TEST_CASE("long sentences, generated passwords and other scripts are good passwords") {
    for (const std::string password :
         {"the heron waits by the weir", "correct horse battery staple", "kR7;vQ2-wP9x",
          "春风又绿江南岸明月何时照我还", "my-dog_hates/thunder", "Übergrößenträger1"})
        CHECK_MESSAGE(why_not(password) == "good", password);
    for (int i = 0; i < 100; ++i) CHECK(why_not(random_password()) == "good");
}

TEST_CASE("a password needs twelve characters, counted as people count") {
    CHECK(why_not("") == "password-too-short");
    CHECK(why_not("kR7;vQ2-wP9") == "password-too-short");
    CHECK(why_not("春风又绿江南岸明月何时") == "password-too-short");  // 33 bytes, 11 characters
    CHECK(why_not(std::string(1024, 'x') + "y") == "password-too-long");
    CHECK(why_not("heron " + std::string(60, '-') + " weir") == "good");
}

TEST_CASE("known passwords are refused, also with digits for letters and years at the end") {
    for (const std::string password :
         {"password1234", "Password2024!!", "P@ssw0rd123456", "passwordpassword", "administrator",
          "Adm1n1str4t0r!", "qwertyuiop12", "welcome-welcome", "letmein123456", "hospital2026!",
          "123456password", "changeme.changeme", "woaini1314520"})
        CHECK_MESSAGE(why_not(password) == "password-common", password);
}

TEST_CASE("rows of the keyboard, runs, repetitions and bare digits are refused") {
    for (const std::string password :
         {"abcdefghijkl", "123456789012", "qwertyuiopas", "1qaz2wsx3edc4rfv", "aaaaaaaaaaaa",
          "abcabcabcabc", "xyxyxyxyxyxyx", "zyxwvutsrqpo", "13901234567890", "198405062024"})
        CHECK_MESSAGE(why_not(password) == "password-common", password);
}

TEST_CASE("a password built on the login is refused; a sentence that mentions it is not") {
    CHECK(why_not("coordinator1!", "coordinator@demo") != "good");
    CHECK(why_not("Zhangwei-2024", "zhangwei") == "password-names-you");
    CHECK(why_not("zhangwei rows across the lake", "zhangwei") == "good");
    CHECK(why_not("the heron waits by the weir", "er") == "good");
}

TEST_CASE("control characters and broken UTF-8 are not text") {
    for (const std::string password :
         {"line one\nline two", "a tab\tin the middle", "broken \xc3( sequence",
          "overlong \xc0\xaf slash", "cut off at the end \xe6\x98"})
        CHECK(why_not(password) == "password-not-text");
    CHECK(why_not(std::string_view("nul\0in the middle", 17)) == "password-not-text");
}

TEST_CASE("the right password matches its hash, any other does not, and no two hashes are alike") {
    weft::run([] {
        PasswordHasher hasher(quick);
        const Secret right{"the heron waits by the weir"};
        const auto hash = hasher.hash(right).value();
        CHECK(hash.starts_with("$argon2id$v=19$"));
        CHECK(hash != hasher.hash(right).value());
        CHECK(hasher.verify(hash, right).value());
        CHECK_FALSE(hasher.verify(hash, Secret{"the heron waits by the Weir"}).value());
        CHECK_FALSE(hasher.verify(hash, Secret{}).value());
    });
}

TEST_CASE("a text that is no hash matches no password, not even the empty one") {
    weft::run([] {
        PasswordHasher hasher(quick);
        for (const auto& text : {std::string(), std::string("x"), std::string("$argon2id$"),
                                 std::string("$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA"),
                                 std::string(5000, '$'), std::string("plain text password")})
            for (const char* password : {"", "nobody", "plain text password"})
                CHECK_FALSE(hasher.verify(text, Secret{password}).value_or(false));
        CHECK(hasher.verify_nobody(Secret{"nobody"}).ok());
    });
}

TEST_CASE("the default hash costs 64 MiB and three passes, and a cheaper one is outdated") {
    weft::run([] {
        PasswordHasher cheap(quick);
        PasswordHasher standard;
        const Secret password{"the heron waits by the weir"};
        const auto hash = standard.hash(password).value();
        CHECK(hash.starts_with("$argon2id$v=19$m=65536,t=3,p=1$"));
        CHECK_FALSE(standard.is_outdated(hash));
        CHECK(standard.verify(hash, password).value());
        CHECK(standard.is_outdated(cheap.hash(password).value()));
        CHECK(standard.is_outdated(std::string(5000, 'x')));
    });
}

TEST_CASE("many sign-ins at once all get their answer, two hashes at a time") {
    weft::run([] {
        PasswordHasher hasher({.at_once = 2, .waiting_max = 100, .cost = quick.cost});
        const Secret password{"the heron waits by the weir"};
        const auto hash = hasher.hash(password).value();
        std::atomic<int> right{0};
        weft::scope([&](weft::Scope& scope) {
            for (int i = 0; i < 50; ++i)
                scope.go([&] { right += hasher.verify(hash, password).value() ? 1 : 0; });
        });
        CHECK(right == 50);
    });
}

}  // namespace cohort::auth

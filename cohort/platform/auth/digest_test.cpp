// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/auth/digest.h"

#include "tests/support/test.h"

namespace cohort::auth {

TEST_CASE("sha256 gives the digests of FIPS 180-4's examples") {
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("a text digested in pieces has the digest of the whole") {
    const std::string text(1000, 'x');
    Sha256 pieces;
    for (std::size_t at = 0; at < text.size(); at += 7)
        pieces.add(std::string_view(text).substr(at, 7));
    CHECK(pieces.finish() == sha256(text));
}

TEST_CASE("hmac_sha256 gives the tags of RFC 4231, also for a key longer than a block") {
    CHECK(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(to_hex(hmac_sha256(std::string(131, '\xaa'),
                             "Test Using Larger Than Block-Size Key - Hash Key First")) ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("same_bytes sees a difference in any byte and in the length") {
    CHECK(same_bytes("", ""));
    CHECK(same_bytes("token", "token"));
    CHECK_FALSE(same_bytes("token", "tokeN"));
    CHECK_FALSE(same_bytes("Token", "token"));
    CHECK_FALSE(same_bytes("token", "token1"));
}

TEST_CASE("hexadecimal text comes back as the same bytes; anything else is refused") {
    const std::string bytes("\x00\x7f\xff\x10", 4);
    CHECK(to_hex(bytes) == "007fff10");
    CHECK(from_hex("007FfF10").value() == bytes);
    for (const char* bad : {"0", "0g", "00 11", "0x00", "00:11"})
        CHECK(from_hex(bad).error().code == "bad-hex");
    CHECK(digest_from_hex("00ff").error().code == "bad-hex");
    const Digest digest = sha256("abc");
    CHECK(digest_from_hex(to_hex(digest)).value() == digest);
}

}  // namespace cohort::auth

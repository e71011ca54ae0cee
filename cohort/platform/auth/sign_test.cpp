// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/auth/sign.h"

#include <fstream>
#include <sys/stat.h>

#include "cohort/platform/auth/digest.h"
#include "cohort/platform/auth/private_file.h"
#include "cohort/platform/auth/random.h"
#include "tests/support/test.h"

namespace cohort::auth {

namespace {

struct Folder {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("cohort-sign-" + to_hex(random_bytes(8)));
    Folder() { std::filesystem::create_directory(path); }
    ~Folder() { std::filesystem::remove_all(path); }
};

void write(const std::filesystem::path& file, std::string_view text) {
    std::ofstream(file, std::ios::binary) << text;
    std::filesystem::permissions(
        file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace

TEST_CASE("the signature of RFC 8032's third test comes out byte for byte") {
    const auto seed =
        from_hex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7").value();
    const auto key = SigningKey::from_seed(seed).value();
    CHECK(to_hex(key.verify_key()) ==
          "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
    CHECK(to_hex(key.sign("\xaf\x82")) ==
          "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
          "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
}

TEST_CASE("a signature holds for its message and key, and falls with any changed bit") {
    const auto key = SigningKey::generate();
    const auto signature = key.sign("head 41");
    CHECK(verify(key.verify_key(), "head 41", signature));
    CHECK_FALSE(verify(key.verify_key(), "head 42", signature));
    CHECK_FALSE(verify(SigningKey::generate().verify_key(), "head 41", signature));
    for (std::size_t i = 0; i < signature.bytes.size(); ++i) {
        Signature broken = signature;
        broken.bytes[i] ^= 1;
        CHECK_FALSE(verify(key.verify_key(), "head 41", broken));
    }
}

TEST_CASE("keys and signatures come back from their texts, and wrong lengths are refused") {
    const auto key = SigningKey::generate();
    const auto signature = key.sign("x");
    CHECK(verify_key_from_hex(to_hex(key.verify_key())).value() == key.verify_key());
    CHECK(signature_from_hex(to_hex(signature)).value() == signature);
    CHECK(verify_key_from_hex("00").error().code == "bad-hex");
    CHECK(signature_from_hex(to_hex(key.verify_key())).error().code == "bad-hex");
    CHECK(SigningKey::from_seed("short").error().code == "bad-key-seed");
}

TEST_CASE("the key file is made once, for its owner alone, and gives the same key again") {
    const Folder folder;
    const auto file = folder.path / "audit.key";
    const auto first = SigningKey::load_or_create(file).value();
    const auto again = SigningKey::load_or_create(file).value();
    CHECK(first.verify_key() == again.verify_key());
    CHECK(SigningKey::load(file).value().verify_key() == first.verify_key());
    struct stat about{};
    CHECK(::stat(file.c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0600);
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path), {}) == 1);
}

TEST_CASE("a key file that others may read is refused, whatever it holds") {
    const Folder folder;
    const auto file = folder.path / "audit.key";
    (void)SigningKey::load_or_create(file).value();
    std::filesystem::permissions(file, std::filesystem::perms::group_read,
                                 std::filesystem::perm_options::add);
    CHECK(SigningKey::load_or_create(file).error().code == "private-file-open");
}

TEST_CASE("a missing, damaged, oversized or linked key file is an error and is left as it is") {
    const Folder folder;
    const auto file = folder.path / "audit.key";
    CHECK(SigningKey::load(file).error().code == "private-file");
    CHECK(SigningKey::load_or_create(folder.path / "no" / "audit.key").error().code ==
          "private-file");
    for (const auto& text : {std::string(), std::string("garbage"), std::string(400, 'k'),
                             std::string("cohort-ed25519-seed-v1 c2hvcnQ\n")}) {
        write(file, text);
        CHECK(SigningKey::load_or_create(file).error().code == "key-file");
        CHECK(std::filesystem::file_size(file) == text.size());
    }
    write(file, std::string(70'000, 'k'));
    CHECK(SigningKey::load_or_create(file).error().code == "private-file-odd");
    std::filesystem::remove(file);
    std::filesystem::create_symlink(folder.path / "elsewhere", file);
    CHECK(SigningKey::load_or_create(file).error().code == "private-file-odd");
    CHECK_FALSE(std::filesystem::exists(folder.path / "elsewhere"));
}

TEST_CASE("a private file is replaced as a whole and stays private") {
    const Folder folder;
    const auto file = folder.path / "demo-users.txt";
    CHECK(replace_private(file, "first").ok());
    CHECK(read_private(file).value() == "first");
    CHECK(replace_private(file, std::string(3000, 's')).ok());
    CHECK(read_private(file).value() == std::string(3000, 's'));
    CHECK(create_private(file, "too late").ok());
    CHECK(read_private(file).value() == std::string(3000, 's'));
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path), {}) == 1);
    CHECK(read_private(folder.path).error().code == "private-file-odd");
    CHECK_FALSE(read_private(folder.path / "none").value().has_value());
    CHECK(replace_private(folder.path / "no" / "file", "x").error().code == "private-file");
}

}  // namespace cohort::auth

// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/mail/settings.h"

#include <filesystem>
#include <fstream>

#include "tests/support/temp_folder.h"
#include "tests/support/test.h"

namespace cohort::mail {

namespace {

Result<std::optional<Sending>> with(std::map<std::string, std::string> flags) {
    return sending_of(config::Config::load({.flags = std::move(flags)}).value());
}

std::string outcome(std::map<std::string, std::string> flags) {
    const auto sending = with(std::move(flags));
    return sending ? "ok" : sending.error().code;
}

}  // namespace

TEST_CASE("without a mail server no mails are sent") {
    CHECK_FALSE(with({}).value());
}

TEST_CASE("a server without login needs its URL and the sender alone") {
    const auto sending = with({{"mail.server", "smtp://relay:25"},
                               {"mail.from", "reports@trial.example"},
                               {"mail.links", "https://cohort.example"}})
                             .value();
    REQUIRE(sending);
    CHECK(sending->server.url == "smtp://relay:25");
    CHECK(sending->server.user.empty());
    CHECK(sending->from == "reports@trial.example");
    CHECK(sending->links == "https://cohort.example");
}

TEST_CASE("the password comes from a file that nobody else may read") {
    const test::TempFolder folder;
    const std::string file = folder / "password";
    std::ofstream(file) << "open sesame\n";
    const std::map<std::string, std::string> flags = {{"mail.server", "smtps://relay:465"},
                                                      {"mail.from", "reports@trial.example"},
                                                      {"mail.links", "https://cohort.example"},
                                                      {"mail.user", "cohort"},
                                                      {"mail.password_file", file}};
    std::filesystem::permissions(file, std::filesystem::perms(0644));
    CHECK(outcome(flags) == "private-file-open");
    std::filesystem::permissions(file, std::filesystem::perms(0600));
    CHECK(with(flags).value()->server.password == "open sesame");
    std::filesystem::remove(file);
    CHECK(outcome(flags) == "no-password");
}

TEST_CASE("settings that cannot work are refused at the start, not at the first mail") {
    const auto from = [](const char* address) {
        return outcome({{"mail.server", "smtp://relay"}, {"mail.from", address}});
    };
    CHECK(from("") == "bad-address");
    CHECK(from("Reports <reports@trial.example>") == "bad-address");
    CHECK(outcome({{"mail.server", "relay:25"}, {"mail.from", "a@b"}}) == "bad-mail-server");
    CHECK(outcome({{"mail.server", "http://relay"}, {"mail.from", "a@b"}}) == "bad-mail-server");
    const auto links = [](const char* url) {
        return outcome(
            {{"mail.server", "smtp://relay"}, {"mail.from", "a@b"}, {"mail.links", url}});
    };
    CHECK(links("https://cohort.example/trial") == "ok");
    for (const char* url : {"", "cohort.example", "https://cohort.example/", "https://a b",
                            "https://cohort.example?a", "javascript:alert(1)"})
        CHECK(links(url) == "bad-mail-links");
    CHECK(outcome({{"mail.server", "smtp://relay"},
                   {"mail.from", "a@b"},
                   {"mail.links", "https://cohort.example"},
                   {"mail.user", "u"}}) == "no-password");
}

}  // namespace cohort::mail

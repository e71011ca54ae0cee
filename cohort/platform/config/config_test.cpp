// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/config/config.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "cohort/platform/config/parse.h"
#include "tests/support/test.h"

namespace cohort::config {

using namespace std::chrono_literals;

struct TomlFile {
    std::string path =
        (std::filesystem::temp_directory_path() / "cohort_config_test.toml").string();
    explicit TomlFile(std::string_view text) { std::ofstream{path} << text; }
    ~TomlFile() { std::filesystem::remove(path); }
};

static const Value& value_of(const Config& config, std::string_view key) {
    return *std::find_if(config.values().begin(), config.values().end(),
                         [&](const Value& value) { return value.setting->key == key; });
}

TEST_CASE("without any source every setting has its default and says so") {
    const Config config = Config::load({}).value();
    CHECK(config.number("http.port") == 8080);
    CHECK(config.duration("http.header_timeout") == 10s);
    CHECK(config.size("http.body_bytes_per_second_min") == 1024);
    for (const Value& value : config.values()) CHECK(value.origin == "default");
}

TEST_CASE("every default is a value of its setting's type") {
    for (const Setting& setting : settings()) {
        CAPTURE(setting.key);
        CHECK(parse_number(setting.type, setting.fallback));
        CHECK_FALSE(setting.help.empty());
    }
}

TEST_CASE(
    "a flag overrides the environment, which overrides the file, and the origin tells which") {
    const TomlFile file{"[http]\nport = 1\naddress = \"::1\"\nidle_timeout = \"5s\"\n"};
    const Config config = Config::load({.file = file.path,
                                        .environment = {{"COHORT_HTTP_PORT", "2"},
                                                        {"COHORT_HTTP_ADDRESS", "0.0.0.0"},
                                                        {"COHORT_REAL_DATA", "/elsewhere"}},
                                        .flags = {{"http.port", "3"}}})
                              .value();
    CHECK(config.number("http.port") == 3);
    CHECK(value_of(config, "http.port").origin == "flag");
    CHECK(config.text("http.address") == "0.0.0.0");
    CHECK(value_of(config, "http.address").origin == "environment COHORT_HTTP_ADDRESS");
    CHECK(config.duration("http.idle_timeout") == 5s);
    CHECK(value_of(config, "http.idle_timeout").origin == file.path + ":4");
}

TEST_CASE("a misspelt setting is refused with its line and the nearest one that exists") {
    const TomlFile file{"[http]\n\nprot = 1\n"};
    const auto config = Config::load({.file = file.path});
    REQUIRE_FALSE(config);
    CHECK(config.error().code == "unknown-setting");
    CHECK(config.error().text ==
          file.path + ":3: there is no setting 'http.prot'. The nearest is 'http.port'.");
}

TEST_CASE("a file that is not TOML is refused with the line where reading stopped") {
    const TomlFile file{"[http]\nport = = 1\n"};
    const auto config = Config::load({.file = file.path});
    REQUIRE_FALSE(config);
    CHECK(config.error().code == "config-syntax");
    CHECK(config.error().text.starts_with(file.path + ":2: "));
}

TEST_CASE("a value of the wrong type is refused with where it came from and what would be right") {
    const auto config = Config::load({.environment = {{"COHORT_HTTP_PORT", "many"}}});
    REQUIRE_FALSE(config);
    CHECK(config.error().code == "bad-setting");
    CHECK(
        config.error().text ==
        "environment COHORT_HTTP_PORT: http.port must be a whole number that is not negative, not "
        "'many'.");
    const TomlFile list{"[http]\nport = [1, 2]\n"};
    CHECK(Config::load({.file = list.path}).error().code == "bad-setting");
}

TEST_CASE("a value that would lock everybody out is refused with the least that is taken") {
    const auto refusal = [](const char* variable, const char* value) {
        const auto config = Config::load({.environment = {{variable, value}}});
        return config ? std::string{"taken"} : config.error().text;
    };
    CHECK(refusal("COHORT_IDENTITY_GUESSES_PER_ACCOUNT", "1") == "taken");
    CHECK(refusal("COHORT_IDENTITY_GUESSES_PER_ADDRESS", "0") == "taken");
    CHECK(refusal("COHORT_IDENTITY_GUESSES_PER_ACCOUNT", "0").ends_with("at least 1, not '0'."));
    CHECK(refusal("COHORT_IDENTITY_SESSION_IDLE", "0s").ends_with("at least 60s, not '0s'."));
    CHECK(refusal("COHORT_IDENTITY_HASH_MEMORY", "1KiB").ends_with("at least 8KiB, not '1KiB'."));
}

TEST_CASE("an absent file is an error only when it was asked for") {
    CHECK(Config::load({.file = "/nowhere/cohort.toml"}).error().code == "config-unreadable");
    CHECK(Config::load({.file = "/nowhere/cohort.toml", .file_required = false}));
}

TEST_CASE("durations and sizes are read with their units and refused without sense") {
    CHECK(parse_number(Type::duration, "500ms") == 500);
    CHECK(parse_number(Type::duration, "2m") == 120'000);
    CHECK(parse_number(Type::size, "64KiB") == 65'536);
    for (const auto* text : {"", "5", "-1s", "5 s", "s", "9223372036854775807d"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_number(Type::duration, text));
    }
    for (const auto* text : {"", "1KB", "-1", "1.5MiB", "9223372036854775807GiB"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_number(Type::size, text));
    }
}

TEST_CASE("a secret that is set is never shown") {
    const Setting secret{"mail.password", Type::text, "", "", true};
    CHECK(Config::shown({&secret, "hunter2", "flag"}) == "********");
    CHECK(Config::shown({&secret, "", "default"}).empty());
}

}  // namespace cohort::config

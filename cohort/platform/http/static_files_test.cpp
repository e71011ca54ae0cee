// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/static_files.h"

#include <filesystem>
#include <fstream>

#include "tests/support/test.h"

namespace cohort::http {

namespace fs = std::filesystem;

struct Folder {
    fs::path path = fs::temp_directory_path() / "cohort_static_test" / "web";
    Folder() {
        fs::remove_all(path.parent_path());
        fs::create_directories(path / "assets");
        std::ofstream{path.parent_path() / "secret.txt"} << "secret";
        std::ofstream{path / "index.html"} << "<html>";
        std::ofstream{path / "favicon.svg"} << "<svg/>";
        std::ofstream{path / "assets/app-1a2b3c4d.js"} << "let a";
        fs::create_symlink(path.parent_path() / "secret.txt", path / "link.txt");
        fs::create_directory_symlink(path.parent_path(), path / "up");
    }
    ~Folder() { fs::remove_all(path.parent_path()); }
    StaticFiles files() const { return StaticFiles::load(path.string()).value(); }
};

static Result<Reply> get(const StaticFiles& files, std::string path, std::string known = "") {
    Request request;
    request.path = std::move(path);
    if (!known.empty()) request.headers = {{"if-none-match", known}};
    return files.answer(request);
}

TEST_CASE("a hashed asset may be kept for ever, a page must be asked for again") {
    const Folder folder;
    const StaticFiles files = folder.files();
    const Reply script = get(files, "/assets/app-1a2b3c4d.js").value();
    CHECK(script.content() == "let a");
    CHECK(script.header("Content-Type") == "text/javascript; charset=utf-8");
    CHECK(script.header("Cache-Control") == "public, max-age=31536000, immutable");
    CHECK(get(files, "/index.html").value().header("Cache-Control") == "no-cache");
}

TEST_CASE("a path of the application is its index page, a missing file is not found") {
    const Folder folder;
    const StaticFiles files = folder.files();
    for (const char* path : {"/", "/studies", "/forms/7/history"}) {
        CHECK(get(files, path).value().content() == "<html>");
    }
    CHECK(get(files, "/assets/app-old.js").error().code == "unknown-path");
    CHECK(get(files, "/robots.txt").error().code == "unknown-path");
}

TEST_CASE("what the caller has already is not sent again") {
    const Folder folder;
    const StaticFiles files = folder.files();
    const std::string tag{get(files, "/").value().header("ETag")};
    CHECK(get(files, "/", tag).value().status == 304);
    CHECK(get(files, "/", "W/" + tag + ", \"x\"").value().status == 304);
    CHECK(get(files, "/", "\"x\"").value().status == 200);
}

TEST_CASE("nothing outside the folder can be reached, by path or by link") {
    const Folder folder;
    const StaticFiles files = folder.files();
    CHECK(files.count() == 3);
    for (const char* path : {"/../secret.txt", "/link.txt", "/up/secret.txt", "//secret.txt",
                             "/assets/../index.html"}) {
        CAPTURE(path);
        CHECK_FALSE(get(files, path));
    }
}

TEST_CASE("without built pages the server says how to build them") {
    const StaticFiles files = StaticFiles::load("/nowhere").value();
    const Reply reply = get(files, "/").value();
    CHECK(reply.status == 503);
    CHECK(reply.content().find("./dev build") != std::string_view::npos);
}

}  // namespace cohort::http

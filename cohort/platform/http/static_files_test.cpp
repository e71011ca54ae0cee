// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/static_files.h"

#include <filesystem>
#include <fstream>

#include "cohort/platform/http/writer.h"
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

TEST_CASE("a folder with an index page of its own is an application of its own") {
    const Folder folder;
    fs::create_directories(folder.path / "patient");
    std::ofstream{folder.path / "patient/index.html"} << "<patient>";
    const StaticFiles files = folder.files();
    for (const char* path : {"/patient", "/patient/", "/patient/today"})
        CHECK(get(files, path).value().content() == "<patient>");
    for (const char* path : {"/", "/patients", "/studies/patient", "/assets/"})
        CHECK(get(files, path).value().content() == "<html>");
}

TEST_CASE("a script may, as a worker, reach its own server and no other") {
    const Folder folder;
    const StaticFiles files = folder.files();
    CHECK(get(files, "/assets/app-1a2b3c4d.js").value().header("Content-Security-Policy") ==
          "default-src 'self'; frame-ancestors 'none'");
    CHECK(get(files, "/favicon.svg").value().header("Content-Security-Policy").empty());
}

TEST_CASE("what the caller has already is not sent again") {
    const Folder folder;
    const StaticFiles files = folder.files();
    const std::string tag{get(files, "/").value().header("ETag")};
    CHECK(get(files, "/", tag).value().status == 304);
    CHECK(get(files, "/", "W/" + tag + ", \"x\"").value().status == 304);
    CHECK(get(files, "/", "\"x\"").value().status == 200);
}

// What a caller with these headers gets.
static Reply get_with(const StaticFiles& files, std::string path, Pairs headers) {
    Request request;
    request.path = std::move(path);
    request.headers = std::move(headers);
    return files.answer(request).value();
}

TEST_CASE("a compressed file is sent to whoever takes it, and the plain one to everybody else") {
    const Folder folder;
    std::ofstream{folder.path / "assets/app-1a2b3c4d.js.gz"} << "(let a)";
    std::ofstream{folder.path / "orphan.js.gz"} << "nothing";
    const StaticFiles files = folder.files();
    CHECK(files.count() == 3);
    const auto sent = [&](const char* accepted) {
        return std::string{
            get_with(files, "/assets/app-1a2b3c4d.js", {{"accept-encoding", accepted}}).content()};
    };
    for (const char* takes : {"gzip", "br, gzip;q=0.5", "deflate , gzip", "*", "gzip;q=1, *;q=0"}) {
        CAPTURE(takes);
        CHECK(sent(takes) == "(let a)");
    }
    for (const char* leaves :
         {"", "identity", "gzip;q=0", "gzip; q=0.000", "*;q=0", "br", "gzipped", "*, gzip;q=0"}) {
        CAPTURE(leaves);
        CHECK(sent(leaves) == "let a");
    }
}

TEST_CASE(
    "the two forms of a file have their own tag and length, and a cache can tell them apart") {
    const Folder folder;
    std::ofstream{folder.path / "index.html.gz"} << "<compressed>";
    const StaticFiles files = folder.files();
    const Reply plain = get_with(files, "/", {});
    const Reply packed = get_with(files, "/", {{"accept-encoding", "gzip"}});
    CHECK(packed.header("Content-Encoding") == "gzip");
    CHECK(plain.header("Content-Encoding").empty());
    CHECK(packed.header("Content-Type") == "text/html; charset=utf-8");
    for (const Reply* reply : {&plain, &packed}) CHECK(reply->header("Vary") == "Accept-Encoding");
    CHECK(plain.header("ETag") != packed.header("ETag"));
    CHECK(get_with(files, "/favicon.svg", {{"accept-encoding", "gzip"}}).header("Vary").empty());

    // A tag is known only for the form it belongs to.
    const std::string tag{packed.header("ETag")};
    const Pairs same = {{"accept-encoding", "gzip"}, {"if-none-match", tag}};
    const Reply unchanged = get_with(files, "/", same);
    CHECK(unchanged.status == 304);
    CHECK(unchanged.header("Vary") == "Accept-Encoding");
    CHECK(get_with(files, "/", {{"if-none-match", tag}}).status == 200);

    // HEAD says the length that GET would send, and sends nothing.
    Framing framing;
    framing.head_only = true;
    std::string head;
    CHECK(append_head(head, packed, framing).ok());
    CHECK(head.find("Content-Length: 12\r\n") != std::string::npos);
    CHECK_FALSE(has_body(packed, framing));
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

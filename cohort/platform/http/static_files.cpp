// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/static_files.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "cohort/platform/auth/digest.h"

namespace cohort::http {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 14> content_types{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".jpg", "image/jpeg"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
    {".webmanifest", "application/manifest+json"},
    {".wasm", "application/wasm"},
}};

std::string_view content_type_of(std::string_view path) {
    for (const auto& [ending, type] : content_types) {
        if (path.ends_with(ending)) return type;
    }
    return "application/octet-stream";
}

constexpr std::string_view not_built =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Cohort</title>"
    "<p>The server runs, but its web pages are not built. Build them with <code>./dev build</code> "
    "and start it again.</p></html>";

std::string_view last_segment(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

// "W/" apart, as RFC 9110 §13.1.2 compares for GET.
bool lists_tag(std::string_view header, std::string_view tag) {
    return header == "*" || header.find(tag) != header.npos;
}

}  // namespace

Result<StaticFiles> StaticFiles::load(const std::string& folder) {
    StaticFiles pages;
    std::error_code failure;
    if (!fs::is_directory(folder, failure)) return pages;
    std::size_t total = 0;
    // Links are not followed into folders; a link to a file is left out by is_symlink().
    for (const auto& entry : fs::recursive_directory_iterator(folder, failure)) {
        if (entry.is_symlink() || !entry.is_regular_file()) continue;
        std::ifstream in{entry.path(), std::ios::binary};
        std::stringstream text;
        text << in.rdbuf();
        if (!in) return unavailable("web-unreadable", "Cannot read " + entry.path().string() + ".");
        auto bytes = std::make_shared<const std::string>(std::move(text).str());
        total += bytes->size();
        if (total > bytes_max) {
            return refused("web-too-large", folder + " holds more than 64 MiB of web pages.");
        }
        std::string path = "/" + fs::relative(entry.path(), folder).generic_string();
        const std::string etag = "\"" + auth::sha256_hex(*bytes).substr(0, 20) + "\"";
        const bool is_hashed = path.starts_with("/assets/");
        std::string type{content_type_of(path)};
        pages.files_[std::move(path)] = {std::move(bytes), std::move(type), etag, is_hashed};
    }
    if (failure) return unavailable("web-unreadable", "Cannot read the folder " + folder + ".");
    return pages;
}

Result<Reply> StaticFiles::answer(const Request& request) const {
    auto it = files_.find(request.path);
    if (it == files_.end()) {
        // A missing file must not turn into a page: a script that is HTML only puzzles people.
        const bool is_page = last_segment(request.path).find('.') == std::string_view::npos;
        if (!is_page) return not_found("unknown-path", "There is nothing at this path.");
        it = files_.find("/index.html");
    }
    if (it == files_.end()) {
        return Reply::bytes(503, "text/html; charset=utf-8", std::string{not_built});
    }
    const File& file = it->second;
    Reply reply = Reply::bytes(200, file.content_type, {});
    reply.set("ETag", file.etag);
    reply.set("Cache-Control", file.is_hashed ? "public, max-age=31536000, immutable" : "no-cache");
    const auto known = request.header("if-none-match");
    if (known && lists_tag(*known, file.etag)) {
        reply.status = 304;
    } else {
        reply.shared_body = file.bytes;
    }
    return reply;
}

}  // namespace cohort::http

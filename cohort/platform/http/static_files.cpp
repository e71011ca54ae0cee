// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/static_files.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "cohort/platform/auth/digest.h"
#include "cohort/platform/http/caching.h"
#include "cohort/platform/http/header_list.h"

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

constexpr std::string_view gzip_ending = ".gz";

constexpr std::string_view not_built =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Cohort</title>"
    "<p>The server runs, but its web pages are not built. Build them with <code>./dev build</code> "
    "and start it again.</p></html>";

std::string_view last_segment(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

// A script may become a worker, which is held to the policy that it came with: its own server, and
// no other.
constexpr std::string_view script_policy = "default-src 'self'; frame-ancestors 'none'";

// "q=0", "q=0.0" and so on: the weight that says "not this one".
bool is_zero_weight(std::string_view parameter) {
    if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) return false;
    parameter.remove_prefix(2);
    return !parameter.empty() && parameter.find_first_not_of("0.") == parameter.npos;
}

// Whether an Accept-Encoding header lets gzip in, by name or by "*". Source: RFC 9110 §12.5.3.
bool takes_gzip(std::string_view header) {
    bool by_star = false;
    while (!header.empty()) {
        const std::string_view one = take_member(header);
        const auto semicolon = std::min(one.find(';'), one.size());
        const std::string_view name = trimmed(one.substr(0, semicolon));
        const bool refused =
            semicolon < one.size() && is_zero_weight(trimmed(one.substr(semicolon + 1)));
        if (name == "gzip" || name == "x-gzip") return !refused;
        if (name == "*") by_star = !refused;
    }
    return by_star;
}

}  // namespace

Result<StaticFiles::Representation> StaticFiles::read(const std::string& path) {
    std::ifstream in{path, std::ios::binary};
    std::stringstream text;
    text << in.rdbuf();
    if (!in) return unavailable("web-unreadable", "Cannot read " + path + ".");
    auto bytes = std::make_shared<const std::string>(std::move(text).str());
    std::string etag = "\"" + auth::sha256_hex(*bytes).substr(0, 20) + "\"";
    return Representation{std::move(bytes), std::move(etag)};
}

Result<StaticFiles> StaticFiles::load(const std::string& folder) {
    StaticFiles pages;
    std::error_code failure;
    if (!fs::is_directory(folder, failure)) return pages;
    std::size_t total = 0;
    std::map<std::string, Representation> compressed;
    // Links are not followed into folders; a link to a file is left out by is_symlink().
    for (const auto& entry : fs::recursive_directory_iterator(folder, failure)) {
        if (entry.is_symlink() || !entry.is_regular_file()) continue;
        Representation content = TRY(read(entry.path().string()));
        total += content.bytes->size();
        if (total > bytes_max) {
            return refused("web-too-large", folder + " holds more than 64 MiB of web pages.");
        }
        std::string path = "/" + fs::relative(entry.path(), folder).generic_string();
        if (path.ends_with(gzip_ending)) {
            path.resize(path.size() - gzip_ending.size());
            compressed.emplace(std::move(path), std::move(content));
            continue;
        }
        const bool is_hashed = path.starts_with("/assets/");
        std::string type{content_type_of(path)};
        pages.files_[std::move(path)] = {std::move(content), {}, std::move(type), is_hashed};
    }
    if (failure) return unavailable("web-unreadable", "Cannot read the folder " + folder + ".");
    for (auto& [path, content] : compressed) {
        const auto file = pages.files_.find(path);
        if (file != pages.files_.end()) file->second.gzip = std::move(content);
    }
    return pages;
}

const StaticFiles::File* StaticFiles::page_of(std::string path) const {
    for (;;) {
        path.resize(path.find_last_not_of('/') + 1);
        const auto it = files_.find(path + "/index.html");
        if (it != files_.end()) return &it->second;
        if (path.empty()) return nullptr;
        const auto parent = path.rfind('/');
        path.resize(parent == std::string::npos ? 0 : parent);
    }
}

Result<Reply> StaticFiles::answer(const Request& request) const {
    const auto it = files_.find(request.path);
    const File* found = it == files_.end() ? nullptr : &it->second;
    if (found == nullptr) {
        // A missing file must not turn into a page: a script that is HTML only puzzles people.
        const bool is_page = last_segment(request.path).find('.') == std::string_view::npos;
        if (!is_page) return not_found("unknown-path", "There is nothing at this path.");
        found = page_of(request.path);
    }
    if (found == nullptr) {
        return Reply::bytes(503, "text/html; charset=utf-8", std::string{not_built});
    }
    const File& file = *found;
    const bool is_gzip = file.gzip && takes_gzip(request.header("accept-encoding").value_or(""));
    const Representation& content = is_gzip ? *file.gzip : file.plain;
    Reply reply = Reply::bytes(200, file.content_type, {});
    reply.set("ETag", content.etag);
    reply.set("Cache-Control", file.is_hashed ? "public, max-age=31536000, immutable" : "no-cache");
    if (file.content_type.starts_with("text/javascript"))
        reply.set("Content-Security-Policy", std::string{script_policy});
    if (file.gzip) reply.set("Vary", "Accept-Encoding");
    if (is_gzip) reply.set("Content-Encoding", "gzip");
    if (has_already(request, content.etag)) {
        reply.status = 304;
    } else {
        reply.shared_body = content.bytes;
    }
    return reply;
}

}  // namespace cohort::http

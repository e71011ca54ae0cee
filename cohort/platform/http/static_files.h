// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cohort/base/result.h"
#include "cohort/platform/http/reply.h"
#include "cohort/platform/http/request.h"

namespace cohort::http {

/// The built web pages, read into memory once: a path is looked up among the names that were there,
/// so no path can lead out of the folder. A file that stands compressed beside itself (`app.js.gz`)
/// is sent that way to whoever takes it.
class StaticFiles {
  public:
    static constexpr std::size_t bytes_max = 64 * 1024 * 1024;

    /// Reads a folder. Links that lead out of it are left out. An absent folder gives pages that
    /// say how to build them. Errors: unavailable/web-unreadable; refused/web-too-large. Blocks:
    /// its thread; call it before serving.
    static Result<StaticFiles> load(const std::string& folder);

    /// The file at the path, as gzip where there is one and the caller takes it; for a path without
    /// a file ending, which is a page of an application, the nearest index.html above it; 304 when
    /// the caller has it already. Errors: not_found/unknown-path.
    Result<Reply> answer(const Request& request) const;

    std::size_t count() const noexcept { return files_.size(); }

  private:
    // The same content in one of its forms; each has a tag of its own.
    struct Representation {
        std::shared_ptr<const std::string> bytes;
        std::string etag;
    };
    struct File {
        Representation plain;
        std::optional<Representation> gzip;
        std::string content_type;
        bool is_hashed;  ///< its name changes with its content, so it may be kept for ever
    };
    static Result<Representation> read(const std::string& path);
    const File* page_of(std::string path) const;  ///< null where there is none

    std::map<std::string, File, std::less<>> files_;  ///< by path: "/assets/app-1a2b3c4d.js"
};

}  // namespace cohort::http

// SPDX-License-Identifier: Apache-2.0
// `cohort import` and `cohort export`: ODM files in and out, without a server.
#include <cstdio>
#include <fstream>
#include <iterator>

#include "weft/blocking.h"

#include "apps/cohort/commands.h"
#include "apps/cohort/store.h"
#include "cohort/interop/routes.h"
#include "cohort/sites/named.h"

namespace cohort::app {

static Result<std::string> read_file(const std::string& path) {
    return weft::blocking("read a file", [&]() -> Result<std::string> {
        std::ifstream in(path, std::ios::binary);
        if (!in) return not_found("no-file", "There is no readable file '" + path + "'.");
        return std::string(std::istreambuf_iterator<char>(in), {});
    });
}

static Result<void> write_file(const std::string& path, const std::string& text) {
    return weft::blocking("write a file", [&]() -> Result<void> {
        std::ofstream out(path, std::ios::binary | std::ios::trunc);
        out << text;
        out.close();
        if (!out) return unavailable("cannot-write", "'" + path + "' cannot be written.");
        return {};
    });
}

static Result<std::optional<SiteId>> site_with(db::Db& db, const std::string& oid) {
    if (oid.empty()) return std::optional<SiteId>();
    return db.read([&](db::Tx& tx) -> Result<std::optional<SiteId>> {
        return std::optional(TRY(sites::site_named(tx, oid)).id);
    });
}

Result<int> run(const Import& command, const config::Config& config) {
    const std::string bytes = TRY(read_file(command.file));
    const Store store = TRY(open_store(config));
    interop::ImportOptions options;
    options.actor = identity::command_line();
    options.site = TRY(site_with(*store.db, command.site));
    const auto report = interop::import_bytes(*store.db, bytes, options);
    if (!report) {
        Error error = report.error();
        error.text = command.file + ": " + error.text;
        return error;
    }
    std::fputs(interop::to_text(*report).c_str(), stdout);
    return 0;
}

// Beside a running server too: exporting only reads.
Result<int> run(const Export& command, const config::Config& config) {
    const auto db = TRY(open_store_to_read(config));
    const std::string text = TRY(interop::export_text(*db, command.studies));
    if (command.out.empty() || command.out == "-")
        std::fwrite(text.data(), 1, text.size(), stdout);
    else
        TRY(write_file(command.out, text));
    return 0;
}

}  // namespace cohort::app

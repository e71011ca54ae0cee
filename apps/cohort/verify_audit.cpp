// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cstdio>

#include "weft/blocking.h"

#include "apps/cohort/commands.h"
#include "apps/cohort/store.h"
#include "cohort/audit/verify.h"
#include "cohort/capture/archive.h"

namespace cohort::app {

// "CHAIN:NUMBER:HASH", as the system page shows a head.
static Result<audit::Anchor> parse_anchor(const std::string& text) {
    const auto first = text.find(':');
    const auto second = text.find(':', first + 1);
    audit::Anchor anchor;
    if (first != text.npos && second != text.npos) {
        const char* begin = text.data() + first + 1;
        const char* end = text.data() + second;
        const auto [stop, error] = std::from_chars(begin, end, anchor.number);
        if (error == std::errc{} && stop == end && second + 1 < text.size()) {
            anchor.chain = text.substr(0, first);
            anchor.hash = text.substr(second + 1);
            return anchor;
        }
    }
    return invalid("bad-anchor", "An anchor is written CHAIN:NUMBER:HASH, not '" + text + "'.");
}

static Result<std::vector<auth::VerifyKey>> trusted_keys(const VerifyAudit& command,
                                                         const config::Config& config) {
    std::vector<auth::VerifyKey> keys;
    for (const std::string& text : command.keys)
        keys.push_back(TRY(auth::verify_key_from_hex(text)));
    if (!keys.empty()) return keys;
    const auto key = TRY(weft::blocking("read the audit key", [&] {
        return auth::SigningKey::load(data_file(config, "audit.key"));
    }));
    keys.push_back(key.verify_key());
    return keys;
}

static void print(const audit::Verdict& verdict) {
    std::printf("%lld records in %lld chains: %lld sealed, %lld not yet sealed.\n",
                static_cast<long long>(verdict.records), static_cast<long long>(verdict.chains),
                static_cast<long long>(verdict.sealed), static_cast<long long>(verdict.unsealed));
    for (const audit::Finding& finding : verdict.findings) {
        std::printf("BAD chain %s, record %lld (%s): %s\n", finding.chain.c_str(),
                    static_cast<long long>(finding.number), finding.record.c_str(),
                    finding.what.c_str());
    }
    if (verdict.good()) std::printf("The audit is what it was when it was written.\n");
}

static void print(const capture::ArchiveVerdict& verdict) {
    std::printf("%lld archives of completed forms.\n", static_cast<long long>(verdict.archives));
    if (verdict.bad) std::printf("BAD archive of %s.\n", verdict.bad->c_str());
    if (verdict.good()) std::printf("Each has its digest, and every completed form has one.\n");
}

Result<int> run(const VerifyAudit& command, const config::Config& config) {
    std::vector<audit::Anchor> anchors;
    for (const std::string& text : command.anchors) anchors.push_back(TRY(parse_anchor(text)));
    const auto keys = TRY(trusted_keys(command, config));
    // Beside a running server too: reading takes no lock, and changes nothing it looks at.
    const auto db = TRY(open_store_to_read(config));
    const audit::Verdict verdict = TRY(audit::verify(*db, keys, anchors));
    print(verdict);
    const auto archives = TRY(db->read([](db::Tx& tx) { return capture::verify_archives(tx); }));
    print(archives);
    return verdict.good() && archives.good() ? 0 : 1;
}

}  // namespace cohort::app

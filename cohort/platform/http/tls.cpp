// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/tls.h"

#include <filesystem>
#include <mutex>
#include <utility>

#include "weft/blocking.h"
#include "weft/context.h"

#include "cohort/platform/http/net_stream.h"

namespace cohort::http {

// --- the certificate ----------------------------------------------------------------------

static Result<weft::net::TlsContext> read_files(const std::string& chain, const std::string& key) {
    auto context = weft::blocking("read the certificate",
                                  [&] { return weft::net::TlsContext::server(chain, key); });
    if (context) return context;
    Error error = std::move(context).error();
    const bool of_key = error.code == "key";
    error.text = of_key ? "The key " + key + " cannot be read, or is not that of " + chain + "."
                        : "The certificate " + chain + " cannot be read.";
    return error;
}

Certificate::Certificate(std::string chain, std::string key, weft::net::TlsContext context)
    : chain_(std::move(chain)), key_(std::move(key)), context_(std::move(context)) {}

Result<std::unique_ptr<Certificate>> Certificate::load(const std::string& chain,
                                                       const std::string& key) {
    auto context = TRY(read_files(chain, key));
    std::unique_ptr<Certificate> certificate(new Certificate(chain, key, std::move(context)));
    certificate->stamp_ = certificate->stamp();
    return certificate;
}

weft::net::TlsContext Certificate::current() const {
    const std::lock_guard lock{mutex_};
    return context_;
}

// Sizes and times of both: whoever renews a certificate replaces the files.
std::string Certificate::stamp() const {
    return weft::blocking("look at the certificate", [&] {
        std::string all;
        for (const std::string& file : {chain_, key_}) {
            std::error_code none;
            const auto written = std::filesystem::last_write_time(file, none);
            all += std::to_string(written.time_since_epoch().count()) + " " +
                   std::to_string(std::filesystem::file_size(file, none)) + "\n";
        }
        return all;
    });
}

Result<void> Certificate::reload() {
    auto context = TRY(read_files(chain_, key_));
    const std::lock_guard lock{mutex_};
    context_ = std::move(context);
    return {};
}

void Certificate::follow(std::chrono::milliseconds interval, const log::Logger& log) {
    for (;;) {
        weft::sleep(interval);
        std::string now = stamp();
        if (now == stamp_) continue;
        // One of the files may be new and the other not yet: the next look finds both.
        stamp_ = std::move(now);
        if (const auto done = reload())
            log.info("tls.certificate-renewed", {{"file", chain_}});
        else
            log.error("tls.certificate-refused", {{"code", done.error().code}, {"file", chain_}});
    }
}

// --- a connection -------------------------------------------------------------------------

Result<std::unique_ptr<TlsStream>> TlsStream::accept(const weft::net::TlsContext& context,
                                                     weft::net::Connection connection,
                                                     weft::TimePoint until) {
    connection.set_read_deadline(until);
    connection.set_write_deadline(until);
    auto stream = TRY(weft::net::TlsStream::accept(context, std::move(connection)));
    return std::unique_ptr<TlsStream>(new TlsStream(std::move(stream)));
}

Result<std::size_t> TlsStream::read_some(std::span<char> into, weft::TimePoint until) {
    stream_.connection().set_read_deadline(until);
    return stream_.read_some(std::as_writable_bytes(into));
}

Result<void> TlsStream::write_all(std::string_view bytes, weft::TimePoint until) {
    stream_.connection().set_write_deadline(until);
    return stream_.write_all(bytes);
}

bool TlsStream::peer_gone() noexcept {
    return has_hung_up(stream_.connection());
}

bool TlsStream::has_input() noexcept {
    return has_unread(stream_.connection());
}

void TlsStream::stop_reading() noexcept {
    shut_reading(stream_.connection());
}

// Without waiting: the last word is short, and whoever does not take it has lost nothing.
void TlsStream::finish_writing() noexcept {
    stream_.connection().set_write_deadline(weft::Clock::now());
    weft::shield([&] { (void)stream_.shutdown_write(); });
}

}  // namespace cohort::http

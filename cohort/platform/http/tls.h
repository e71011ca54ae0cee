// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "weft/mutex.h"
#include "weft/tls.h"

#include "cohort/platform/http/stream.h"
#include "cohort/platform/log/log.h"

namespace cohort::http {

/// The certificate that the server shows, from two PEM files, which may be replaced while it runs:
/// connections that are open keep the one they began with.
class Certificate {
  public:
    /// `chain`: the certificate and those between it and an authority. `key`: its private key.
    /// Errors: invalid/certificate, invalid/key, with the file's name.
    /// Blocks: the goroutine.
    static Result<std::unique_ptr<Certificate>> load(const std::string& chain,
                                                     const std::string& key);

    /// Reads the files again when they have changed, every `interval`, until it is cancelled. Files
    /// that cannot be used are logged, and the certificate in hand stays.
    void follow(std::chrono::milliseconds interval, const log::Logger& log);

    weft::net::TlsContext current() const;

  private:
    Certificate(std::string chain, std::string key, weft::net::TlsContext context);
    Result<void> reload();
    std::string stamp() const;

    const std::string chain_;
    const std::string key_;
    mutable weft::Mutex mutex_{"certificate"};
    weft::net::TlsContext context_;  // guarded by mutex_
    std::string stamp_;              // of the files as they were read; follow() alone
};

/// An encrypted connection as a Stream. Closes it when it goes.
class TlsStream final : public Stream {
  public:
    /// Shakes hands.
    /// Errors: timeout when `until` passes first; unavailable when the peer does not speak TLS.
    static Result<std::unique_ptr<TlsStream>> accept(const weft::net::TlsContext& context,
                                                     weft::net::Connection connection,
                                                     weft::TimePoint until);
    ~TlsStream() override { stream_.close(); }

    Result<std::size_t> read_some(std::span<char> into, weft::TimePoint until) override;
    Result<void> write_all(std::string_view bytes, weft::TimePoint until) override;
    bool peer_gone() noexcept override;
    bool has_input() noexcept override;
    void stop_reading() noexcept override;
    void finish_writing() noexcept override;

  private:
    explicit TlsStream(weft::net::TlsStream stream) : stream_(std::move(stream)) {}

    weft::net::TlsStream stream_;
};

}  // namespace cohort::http

// SPDX-License-Identifier: Apache-2.0
// OpenSSL works on two buffers in memory; the bytes between them and the network are carried by us,
// so that it never sees a socket and never waits. An SSL object is not made for two threads:
// `engine` guards it, for the time of one call that does not park, and OpenSSL's queue of errors,
// which belongs to the thread, is read before that lock is released. What it wants sent leaves in
// order because `sending` is held from taking it out of the buffer until it is on its way.
#include "weft/tls.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <vector>

#include "weft/mutex.h"

namespace weft::inline abi1::net {

struct detail::TlsSettings {
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{nullptr, &SSL_CTX_free};
};

struct detail::TlsState {
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl{nullptr, &SSL_free};
    BIO* incoming = nullptr;  // owned by ssl, as is the next
    BIO* outgoing = nullptr;
    std::shared_ptr<TlsSettings> settings;
    Connection connection;
    Mutex engine{"tls engine"};
    Mutex sending{"tls sending"};
    bool torn = false;  // a write was cut short: what follows would make no sense; under `sending`

    /// What one call into OpenSSL came to.
    struct Step {
        int result = 0;
        int error = SSL_ERROR_NONE;
        std::string words;
    };
    template <class Call>
    Step step(Call call) {
        std::lock_guard guard(engine);
        ERR_clear_error();
        Step done;
        done.result = call(ssl.get());
        if (done.result <= 0) {
            done.error = SSL_get_error(ssl.get(), done.result);
            if (const auto code = ERR_peek_last_error(); code != 0) {
                std::array<char, 200> text{};
                ERR_error_string_n(code, text.data(), text.size());
                done.words = text.data();
            }
            ERR_clear_error();
        }
        return done;
    }

    template <class Call>
    Result<int> run(Call call, const std::source_location& where);
    Result<void> flush(const std::source_location& where);
    Result<bool> fetch(const std::source_location& where);
    Result<void> flush_locked(const std::source_location& where);
    Error failure(const Step& done);
};

namespace {

using detail::TlsSettings;
using detail::TlsState;

Error broken(std::string words) {
    return {ErrorKind::unavailable, "tls", std::move(words)};
}

// Runs inside OpenSSL: a pending error of the thread's queue, as words.
std::string last_words() {
    std::array<char, 200> text{};
    ERR_error_string_n(ERR_peek_last_error(), text.data(), text.size());
    ERR_clear_error();
    return text.data();
}

std::shared_ptr<TlsSettings> new_settings(const SSL_METHOD* method) {
    auto settings = std::make_shared<TlsSettings>();
    settings->context.reset(SSL_CTX_new(method));
    SSL_CTX_set_min_proto_version(settings->context.get(), TLS1_2_VERSION);
    SSL_CTX_set_options(settings->context.get(), SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(settings->context.get(), SSL_MODE_AUTO_RETRY | SSL_MODE_RELEASE_BUFFERS);
    return settings;
}

std::shared_ptr<TlsState> new_state(const std::shared_ptr<TlsSettings>& settings,
                                    Connection connection) {
    auto state = std::make_shared<TlsState>();
    state->settings = settings;
    state->connection = std::move(connection);
    state->ssl.reset(SSL_new(settings->context.get()));
    state->incoming = BIO_new(BIO_s_mem());
    state->outgoing = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(state->incoming, -1);
    BIO_set_mem_eof_return(state->outgoing, -1);
    SSL_set_bio(state->ssl.get(), state->incoming, state->outgoing);
    return state;
}

}  // namespace

// --- carrying bytes ------------------------------------------------------------------------------

Result<void> detail::TlsState::flush_locked(const std::source_location& where) {
    if (torn) return broken("an earlier write was cut short");
    std::vector<std::byte> bytes;
    {
        std::lock_guard guard(engine);
        bytes.resize(BIO_ctrl_pending(outgoing));
        if (!bytes.empty()) BIO_read(outgoing, bytes.data(), static_cast<int>(bytes.size()));
    }
    if (bytes.empty()) return {};
    torn = true;  // unless all of it is on its way; a cancel unwinds here
    TRY(connection.write_all(bytes, where));
    torn = false;
    return {};
}

Result<void> detail::TlsState::flush(const std::source_location& where) {
    std::lock_guard guard(sending);
    return flush_locked(where);
}

// Bytes from the network. False: the peer has ended the connection.
Result<bool> detail::TlsState::fetch(const std::source_location& where) {
    std::array<std::byte, 16 * 1024> buffer;
    const std::size_t got = TRY(connection.read_some(buffer, where));
    if (got == 0) return false;
    std::lock_guard guard(engine);
    BIO_write(incoming, buffer.data(), static_cast<int>(got));
    return true;
}

Error detail::TlsState::failure(const Step& done) {
    std::lock_guard guard(engine);
    if (const long verdict = SSL_get_verify_result(ssl.get()); verdict != X509_V_OK)
        return {ErrorKind::forbidden, "certificate", X509_verify_cert_error_string(verdict)};
    return broken(done.words.empty() ? "the peer broke the connection off" : done.words);
}

// Calls into OpenSSL until it is content; carries bytes in between. 0: the peer is done.
template <class Call>
Result<int> detail::TlsState::run(Call call, const std::source_location& where) {
    for (;;) {
        const Step done = step(call);
        if (done.error == SSL_ERROR_SSL || done.error == SSL_ERROR_SYSCALL) {
            const Error why = failure(done);
            (void)flush(where);  // the alert that tells the peer
            return why;
        }
        TRY(flush(where));
        if (done.result > 0) return done.result;
        if (done.error == SSL_ERROR_ZERO_RETURN) return 0;
        if (done.error == SSL_ERROR_WANT_WRITE) continue;
        if (done.error != SSL_ERROR_WANT_READ) return broken("OpenSSL asks for what it may not");
        if (!TRY(fetch(where)))
            return Error{ErrorKind::unavailable, "reset",
                         "the connection ended in the middle of what was said"};
    }
}

// --- contexts ------------------------------------------------------------------------------------

Result<TlsContext> TlsContext::client(const std::string& authorities) {
    auto settings = new_settings(TLS_client_method());
    SSL_CTX* context = settings->context.get();
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    const int loaded = authorities.empty()
                           ? SSL_CTX_set_default_verify_paths(context)
                           : SSL_CTX_load_verify_locations(context, authorities.c_str(), nullptr);
    if (loaded != 1) return Error{ErrorKind::invalid, "certificate", last_words()};
    return TlsContext(std::move(settings));
}

Result<TlsContext> TlsContext::server(const std::string& certificate, const std::string& key) {
    auto settings = new_settings(TLS_server_method());
    SSL_CTX* context = settings->context.get();
    if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1)
        return Error{ErrorKind::invalid, "certificate", last_words()};
    if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context) != 1)
        return Error{ErrorKind::invalid, "key", last_words()};
    return TlsContext(std::move(settings));
}

// --- streams -------------------------------------------------------------------------------------

Result<TlsStream> TlsStream::connect(const TlsContext& context, Connection connection,
                                     const std::string& host, const std::source_location& where) {
    auto state = new_state(context.settings_, std::move(connection));
    SSL* ssl = state->ssl.get();
    X509_VERIFY_PARAM* wanted = SSL_get0_param(ssl);
    if (X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) != 1) {
        SSL_set_tlsext_host_name(ssl, host.c_str());
        SSL_set1_host(ssl, host.c_str());
    }
    ERR_clear_error();
    if (TRY(state->run([](SSL* s) { return SSL_connect(s); }, where)) == 0)
        return broken("the peer ended the connection in the handshake");
    return TlsStream(std::move(state));
}

Result<TlsStream> TlsStream::accept(const TlsContext& context, Connection connection,
                                    const std::source_location& where) {
    auto state = new_state(context.settings_, std::move(connection));
    if (TRY(state->run([](SSL* s) { return SSL_accept(s); }, where)) == 0)
        return broken("the peer ended the connection in the handshake");
    return TlsStream(std::move(state));
}

Result<std::size_t> TlsStream::read_some(std::span<std::byte> into,
                                         const std::source_location& where) {
    const int room = static_cast<int>(std::min<std::size_t>(into.size(), 1 << 20));
    if (room == 0) return std::size_t{0};
    return static_cast<std::size_t>(
        TRY(state_->run([&](SSL* s) { return SSL_read(s, into.data(), room); }, where)));
}

Result<void> TlsStream::write_all(std::span<const std::byte> from,
                                  const std::source_location& where) {
    constexpr std::size_t piece = 64 * 1024;  // so that the buffer in memory stays small
    while (!from.empty()) {
        const auto part = from.first(std::min(piece, from.size()));
        TRY(state_->run(
            [&](SSL* s) { return SSL_write(s, part.data(), static_cast<int>(part.size())); },
            where));
        from = from.subspan(part.size());
    }
    return {};
}

Result<void> TlsStream::shutdown_write(const std::source_location& where) {
    // 0 says that the peer has not said the same yet, which is no error.
    (void)state_->step([](SSL* s) { return SSL_shutdown(s) >= 0 ? 1 : -1; });
    return state_->flush(where);
}

void TlsStream::close() noexcept {
    state_->connection.close();
}

Connection& TlsStream::connection() noexcept {
    return state_->connection;
}

std::string TlsStream::version() const {
    return SSL_get_version(state_->ssl.get());
}

}  // namespace weft::inline abi1::net

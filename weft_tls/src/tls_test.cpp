// SPDX-License-Identifier: Apache-2.0
#include "weft/tls.h"

#include <cstdio>
#include <memory>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string>
#include <vector>

#include "weft/context.h"
#include "weft/scope.h"

#include "tests/support/goroutines.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

// A certificate for `host`, signed by its own key, and the key, as files in `folder`.
struct Identity {
    std::string certificate;
    std::string key;

    Identity(const test::TempFolder& folder, const std::string& host)
        : certificate(folder / (host + ".crt")), key(folder / (host + ".key")) {
        std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pair(EVP_EC_gen("P-256"),
                                                                 &EVP_PKEY_free);
        std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), &X509_free);
        X509_set_version(made.get(), 2);
        ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
        X509_gmtime_adj(X509_getm_notBefore(made.get()), -60);
        X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
        X509_set_pubkey(made.get(), pair.get());
        X509_NAME* name = X509_get_subject_name(made.get());
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char*>(host.c_str()), -1, -1, 0);
        X509_set_issuer_name(made.get(), name);
        const std::string also = "DNS:" + host;
        X509_EXTENSION* names =
            X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, also.c_str());
        X509_add_ext(made.get(), names, -1);
        X509_EXTENSION_free(names);
        REQUIRE(X509_sign(made.get(), pair.get(), EVP_sha256()) > 0);
        const File to_certificate(std::fopen(certificate.c_str(), "w"), &std::fclose);
        REQUIRE(PEM_write_X509(to_certificate.get(), made.get()) == 1);
        const File to_key(std::fopen(key.c_str(), "w"), &std::fclose);
        REQUIRE(PEM_write_PrivateKey(to_key.get(), pair.get(), nullptr, nullptr, 0, nullptr,
                                     nullptr) == 1);
    }
};

// Both ends of a connection, with what each side's handshake came to.
struct Ends {
    Result<net::TlsStream> client;
    Result<net::TlsStream> server;
};

Ends shake_hands(const net::TlsContext& client, const net::TlsContext& server,
                 const std::string& host) {
    auto listener = net::listen("127.0.0.1:0").value();
    Ends ends{Error{}, Error{}};
    scope([&](Scope& s) {
        s.go([&] { ends.server = net::TlsStream::accept(server, listener.accept().value()); });
        auto below = net::dial(listener.address()).value();
        ends.client = net::TlsStream::connect(client, below, host);
        if (!ends.client) below.close();
    });
    return ends;
}

struct World {
    test::TempFolder folder;
    Identity ward{folder, "ward.test"};
    net::TlsContext server = net::TlsContext::server(ward.certificate, ward.key).value();
    net::TlsContext client = net::TlsContext::client(ward.certificate).value();
};

std::string read_to_end(net::TlsStream& stream) {
    std::string all;
    std::vector<std::byte> buffer(10'000);
    for (;;) {
        const auto got = stream.read_some(buffer);
        REQUIRE(got);
        if (*got == 0) return all;
        all.append(reinterpret_cast<const char*>(buffer.data()), *got);
    }
}

}  // namespace

TEST_CASE("TLS: what one side writes the other reads, both ways at once, to the said end") {
    test::for_each_worker_count([] {
        World world;
        auto ends = shake_hands(world.client, world.server, "ward.test");
        REQUIRE(ends.client);
        REQUIRE(ends.server);
        CHECK(ends.client->version() == "TLSv1.3");
        std::string there;
        std::string back;
        scope([&](Scope& s) {
            s.go([&] {
                CHECK(ends.client->write_all(std::string(500'000, 'q')));
                CHECK(ends.client->shutdown_write());
            });
            s.go([&] { there = read_to_end(*ends.server); });
            s.go([&] {
                CHECK(ends.server->write_all(std::string(300'000, 'a')));
                CHECK(ends.server->shutdown_write());
            });
            s.go([&] { back = read_to_end(*ends.client); });
        });
        CHECK(there == std::string(500'000, 'q'));
        CHECK(back == std::string(300'000, 'a'));
    });
}

TEST_CASE("TLS: a peer that is not who it should be, or whom nobody vouches for, is refused") {
    run([] {
        World world;
        const auto wrong_name = shake_hands(world.client, world.server, "other.test");
        REQUIRE_FALSE(wrong_name.client);
        CHECK(wrong_name.client.error().kind == ErrorKind::forbidden);
        CHECK(wrong_name.client.error().code == "certificate");
        CHECK_FALSE(wrong_name.server);
        const Identity stranger(world.folder, "stranger.test");
        const auto trusts_others = net::TlsContext::client(stranger.certificate).value();
        const auto unknown = shake_hands(trusts_others, world.server, "ward.test");
        REQUIRE_FALSE(unknown.client);
        CHECK(unknown.client.error().code == "certificate");
    });
}

TEST_CASE("TLS: a connection that is cut is told from one that was ended") {
    run([] {
        World world;
        auto ends = shake_hands(world.client, world.server, "ward.test");
        REQUIRE(ends.server);
        ends.client->close();
        std::byte buffer[16];
        const auto got = ends.server->read_some(buffer);
        REQUIRE_FALSE(got);
        CHECK(got.error().code == "reset");
    });
}

TEST_CASE("TLS: a peer that does not speak it is an error, on either side") {
    run([] {
        World world;
        auto listener = net::listen("127.0.0.1:0").value();
        scope([&](Scope& s) {
            s.go([&] {
                auto plain = listener.accept().value();
                CHECK(plain.write_all("HTTP/1.1 400 Bad Request\r\n\r\n"));
                CHECK_FALSE(plain.wait_closed());
            });
            const auto got = net::TlsStream::connect(
                world.client, net::dial(listener.address()).value(), "ward.test");
            REQUIRE_FALSE(got);
            CHECK(got.error().code == "tls");
        });
    });
}

TEST_CASE("TLS: close and a cancel end a read that waits") {
    test::for_each_worker_count([] {
        World world;
        auto ends = shake_hands(world.client, world.server, "ward.test");
        REQUIRE(ends.client);
        REQUIRE(ends.server);
        std::byte buffer[16];
        const auto late = timeout(5ms, [&] { (void)ends.client->read_some(buffer); });
        CHECK_FALSE(late);
        CHECK(ends.server->write_all("still here"));
        const auto got = ends.client->read_some(buffer);
        CHECK(*got == 10);
        scope([&](Scope& s) {
            s.go([&] {
                const auto ended = ends.client->read_some(buffer);
                CHECK(ended.error().code == "closed");
            });
            while (stats().waiting_for_io < 1) yield();
            ends.client->close();
        });
    });
}

TEST_CASE("TLS: files that are no certificate or no key are named before anything is dialled") {
    const test::TempFolder folder;
    const Identity one(folder, "one.test");
    const Identity two(folder, "two.test");
    CHECK(net::TlsContext::client(one.key).error().code == "certificate");
    CHECK(net::TlsContext::client("/nowhere").error().code == "certificate");
    CHECK(net::TlsContext::server("/nowhere", one.key).error().code == "certificate");
    CHECK(net::TlsContext::server(one.certificate, two.key).error().code == "key");
}

}  // namespace weft

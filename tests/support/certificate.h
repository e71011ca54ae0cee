// SPDX-License-Identifier: Apache-2.0
// For tests of those who link OpenSSL.
#pragma once

#include <cstdio>
#include <memory>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string>

#include "tests/support/temp_folder.h"
#include "tests/support/test.h"

namespace test {

/// A certificate for `host`, signed by its own key, and the key, as PEM files in `folder`; made
/// anew with each object.
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
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> to_certificate(
            std::fopen(certificate.c_str(), "w"), &std::fclose);
        REQUIRE(PEM_write_X509(to_certificate.get(), made.get()) == 1);
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> to_key(std::fopen(key.c_str(), "w"),
                                                                     &std::fclose);
        REQUIRE(PEM_write_PrivateKey(to_key.get(), pair.get(), nullptr, nullptr, 0, nullptr,
                                     nullptr) == 1);
    }
};

}  // namespace test

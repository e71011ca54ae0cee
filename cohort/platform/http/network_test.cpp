// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/network.h"

#include "tests/support/test.h"

namespace cohort::http {

TEST_CASE("all addresses of one IPv6 network of 64 bits are one caller, however they are written") {
    CHECK(network_of("192.0.2.7") == "192.0.2.7");
    CHECK(network_of("2001:db8:0:7::1") == network_of("2001:db8:0:7:ffff:1:2:3"));
    CHECK(network_of("2001:db8::1") == network_of("2001:db8:0:0:1::5"));
    CHECK(network_of("2001:db8::1") == network_of("2001:db8::1:0:0:5"));
    CHECK(network_of("2001:db8:0:7::1") != network_of("2001:db8:0:8::1"));
    CHECK(network_of("::1") == network_of("::2"));
    CHECK(network_of("::ffff:192.0.2.7") == "192.0.2.7");
    CHECK(network_of("") == "");
}

}  // namespace cohort::http

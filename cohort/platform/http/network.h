// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace cohort::http {

/// What a caller is counted by, given its address: of IPv6 the network of 64 bits that one
/// household or one rented machine gets as a whole, and that can call from any address in it.
std::string network_of(std::string_view peer);

}  // namespace cohort::http

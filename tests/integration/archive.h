// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

namespace tests {

/// The files of an archive that is not compressed, by name. Empty where it is none.
std::map<std::string, std::string> unzip(const std::string& zip);

/// What is wrong with a site's archive of tables: a file that its manifest names and that is not
/// there as it says, or one that it does not name. Empty when nothing.
std::string fault_of(const std::map<std::string, std::string>& files);

}  // namespace tests

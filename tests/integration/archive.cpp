// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/archive.h"

#include "cohort/base/json.h"
#include "cohort/platform/auth/digest.h"

namespace tests {

using namespace cohort;

std::map<std::string, std::string> unzip(const std::string& zip) {
    const auto number = [&](std::size_t at, int bytes) {
        std::size_t value = 0;
        for (int i = bytes; i-- > 0;)
            value =
                value << 8 | static_cast<unsigned char>(zip.at(at + static_cast<std::size_t>(i)));
        return value;
    };
    std::map<std::string, std::string> files;
    std::size_t at = 0;
    while (zip.compare(at, 4, "PK\x03\x04") == 0) {
        const std::size_t size = number(at + 18, 4);
        const std::size_t name = number(at + 26, 2);
        files[zip.substr(at + 30, name)] = zip.substr(at + 30 + name, size);
        at += 30 + name + size;
    }
    return files;
}

// As fault_of(), of one file that the manifest names.
static std::string fault_in(const std::map<std::string, std::string>& files,
                            const json::value& said) {
    const std::string name(said.at("file").as_string());
    const auto file = files.find(name);
    if (file == files.end()) return name + " is not there";
    if (auth::sha256_hex(file->second) != said.at("sha256").as_string())
        return name + " is not what the manifest says";
    return {};
}

std::string fault_of(const std::map<std::string, std::string>& files) {
    const auto manifest = files.find("manifest.json");
    if (manifest == files.end()) return "no manifest";
    const auto said = json::parse(manifest->second);
    if (!said) return "half a manifest";
    const json::array& tables = said->at("tables").as_array();
    for (const json::value& table : tables)
        if (const std::string fault = fault_in(files, table); !fault.empty()) return fault;
    if (files.size() != tables.size() + 2) return "a file that the manifest does not name";
    return fault_in(files, said->at("sql"));
}

}  // namespace tests

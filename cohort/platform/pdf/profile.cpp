// SPDX-License-Identifier: Apache-2.0
// An ICC profile is a header, a table of tags, and the tags: numbers, the highest byte first.
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

#include "cohort/platform/pdf/metadata.h"

namespace cohort::pdf {

namespace {

std::string whole(std::uint32_t number) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift);
    return bytes;
}

std::string fixed(std::initializer_list<double> numbers) {
    std::string bytes;
    for (const double number : numbers)
        bytes += whole(static_cast<std::uint32_t>(std::lround(number * 65536)));
    return bytes;
}

std::string colour(std::initializer_list<double> xyz) {
    return "XYZ " + whole(0) + fixed(xyz);
}

// One text, in English.
std::string text(std::string_view ascii) {
    std::string bytes = "mluc" + whole(0) + whole(1) + whole(12) + "enUS" +
                        whole(static_cast<std::uint32_t>(ascii.size() * 2)) + whole(28);
    for (const char c : ascii) {
        bytes += '\0';
        bytes += c;
    }
    return bytes;
}

// Linear near black, a power above.
std::string curve() {
    return "para" + whole(0) + whole(3 << 16) +
           fixed({2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045});
}

std::string header(std::size_t size) {
    constexpr std::uint32_t version = 0x04200000;
    std::string bytes =
        whole(static_cast<std::uint32_t>(size)) + whole(0) + whole(version) + "mntrRGB XYZ ";
    for (const int part : {2026, 1, 1, 0, 0, 0}) {  // of the description, not of a file
        bytes += static_cast<char>(part >> 8);
        bytes += static_cast<char>(part & 0xFF);
    }
    bytes += "acsp" + std::string(28, '\0') + fixed({0.9642, 1, 0.8249});
    return bytes + std::string(128 - bytes.size(), '\0');
}

}  // namespace

std::string srgb_profile() {
    const std::vector<std::pair<std::string, std::string>> tags = {
        {"desc", text("sRGB IEC61966-2.1")},
        {"cprt", text("No copyright, use freely")},
        {"wtpt", colour({0.9642, 1, 0.8249})},
        {"chad", "sf32" + whole(0) +
                     fixed({1.0478112, 0.0228866, -0.0501270, 0.0295424, 0.9904844, -0.0170491,
                            -0.0092345, 0.0150436, 0.7521316})},
        {"rXYZ", colour({0.4360747, 0.2225045, 0.0139322})},
        {"gXYZ", colour({0.3850649, 0.7168786, 0.0971045})},
        {"bXYZ", colour({0.1430804, 0.0606169, 0.7141733})},
        {"rTRC", curve()},
        {"gTRC", curve()},
        {"bTRC", curve()},
    };
    std::string table = whole(static_cast<std::uint32_t>(tags.size()));
    std::string data;
    const std::size_t start = 128 + 4 + tags.size() * 12;
    for (const auto& [name, bytes] : tags) {
        table += name + whole(static_cast<std::uint32_t>(start + data.size())) +
                 whole(static_cast<std::uint32_t>(bytes.size()));
        data += bytes + std::string((4 - bytes.size() % 4) % 4, '\0');
    }
    return header(start + data.size()) + table + data;
}

}  // namespace cohort::pdf

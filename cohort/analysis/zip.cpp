// SPDX-License-Identifier: Apache-2.0
#include "cohort/analysis/zip.h"

#include <array>
#include <cstdint>
#include <limits>

namespace cohort::analysis {

namespace {

constexpr std::array<std::uint32_t, 256> crc_table = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = (value & 1U) != 0 ? 0xedb88320U ^ (value >> 1U) : value >> 1U;
        table[i] = value;
    }
    return table;
}();

std::uint32_t crc32(std::string_view bytes) {
    std::uint32_t value = 0xffffffffU;
    for (const char c : bytes)
        value = crc_table[(value ^ static_cast<unsigned char>(c)) & 0xffU] ^ (value >> 8U);
    return ~value;
}

void put16(std::string& out, std::uint32_t value) {
    out += static_cast<char>(value & 0xffU);
    out += static_cast<char>((value >> 8U) & 0xffU);
}

void put32(std::string& out, std::size_t value) {
    put16(out, static_cast<std::uint32_t>(value & 0xffffU));
    put16(out, static_cast<std::uint32_t>(value >> 16U));
}

// What the head before a file and its line in the directory have in common.
void put_facts(std::string& out, const File& file) {
    constexpr std::uint32_t version = 20;
    constexpr std::uint32_t utf8_names = 1U << 11U;
    constexpr std::uint32_t stored = 0;
    constexpr std::uint32_t midnight = 0;
    constexpr std::uint32_t first_of_january_1980 = (1U << 5U) | 1U;
    put16(out, version);
    put16(out, utf8_names);
    put16(out, stored);
    put16(out, midnight);
    put16(out, first_of_january_1980);
    put32(out, crc32(file.text));
    put32(out, file.text.size());
    put32(out, file.text.size());
    put16(out, static_cast<std::uint32_t>(file.name.size()));
    put16(out, 0);  // no extra field
}

}  // namespace

Result<std::string> to_zip(const std::vector<File>& files) {
    std::string out;
    std::string directory;
    for (const File& file : files) {
        constexpr std::uint32_t made_by = 20;
        directory += "PK\x01\x02";
        put16(directory, made_by);
        put_facts(directory, file);
        put16(directory, 0);  // no comment
        put16(directory, 0);  // the first disk
        put16(directory, 0);  // no words on what is in it
        put32(directory, 0);  // nor on its rights
        put32(directory, out.size());
        directory += file.name;
        out += "PK\x03\x04";
        put_facts(out, file);
        out += file.name + file.text;
    }
    const std::size_t start = out.size();
    if (start + directory.size() >= std::numeric_limits<std::uint32_t>::max() ||
        files.size() >= std::numeric_limits<std::uint16_t>::max())
        return refused("archive-too-large", "The tables of this site do not fit into one archive.");
    out += directory;
    out += "PK\x05\x06";
    put32(out, 0);  // one disk
    put16(out, static_cast<std::uint32_t>(files.size()));
    put16(out, static_cast<std::uint32_t>(files.size()));
    put32(out, directory.size());
    put32(out, start);
    put16(out, 0);  // no comment
    return out;
}

}  // namespace cohort::analysis

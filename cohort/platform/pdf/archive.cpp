// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/pdf/archive.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <vector>

#include "cohort/platform/auth/digest.h"

namespace cohort::pdf {

namespace {

using Objects = std::map<int, std::string>;  // by number: what stands between obj and endobj

struct File {
    Objects objects = {};
    int root = 0;
    int info = 0;
};

Error unexpected(const char* what) {
    return internal("pdf", std::string("Cairo's file has no ") + what + " where one is expected.");
}

std::optional<std::size_t> number_at(std::string_view text, std::size_t at) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), number);
    if (error != std::errc{}) return std::nullopt;
    return number;
}

std::optional<std::size_t> number_after(std::string_view text, std::string_view word) {
    const auto at = text.rfind(word);
    if (at == text.npos || at + word.size() >= text.size()) return std::nullopt;
    return number_at(text, at + word.size());
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
    return text;
}

// "7 0 obj\n<<…>>\nendobj" without its frame.
Result<std::string> body_of(std::string_view object) {
    const auto start = object.find(" 0 obj\n");
    object = trimmed(object);
    if (start == object.npos || !object.ends_with("endobj")) return unexpected("object");
    object.remove_suffix(std::string_view("endobj").size());
    return std::string(trimmed(object.substr(start + std::string_view(" 0 obj\n").size())));
}

// By the table at the end, which says where each object starts; it ends where the next one does.
Result<File> read(std::string_view file) {
    constexpr std::size_t entry_size = 20;
    const auto table = number_after(file, "startxref\n");
    if (!table || !file.substr(std::min(*table, file.size())).starts_with("xref\n0 "))
        return unexpected("table");
    const auto count = number_at(file, *table + 7).value_or(0);
    const std::size_t entries = file.find('\n', *table + 5) + 1;
    if (count > file.size() || entries + count * entry_size > file.size())
        return unexpected("table");
    std::map<std::size_t, int> starts{{*table, 0}};
    for (std::size_t i = 1; i < count; ++i) {
        const auto start = number_at(file, entries + i * entry_size);
        if (!start || *start >= *table) return unexpected("entry");
        if (*start != 0) starts[*start] = static_cast<int>(i);
    }
    File read{.root = static_cast<int>(number_after(file, "/Root ").value_or(0)),
              .info = static_cast<int>(number_after(file, "/Info ").value_or(0))};
    for (auto it = starts.begin(); it->first != *table; ++it)
        read.objects[it->second] =
            TRY(body_of(file.substr(it->first, std::next(it)->first - it->first)));
    if (!read.objects.contains(read.root) || !read.objects.contains(read.info))
        return unexpected("catalogue");
    return read;
}

// --- the changes --------------------------------------------------------------------------

bool is_stream(const std::string& object) {
    return object.ends_with("endstream");
}

void remove_group(std::string& object) {
    const auto start = object.find("/Group <<");
    if (start == object.npos) return;
    const auto end = object.find(">>", start);
    object.erase(start, end + 2 - start);
}

void add_to_dictionary(std::string& object, const std::string& entries) {
    object.insert(object.rfind(">>"), entries);
}

std::string stream(const std::string& entries, const std::string& bytes) {
    return "<< " + entries + " /Length " + std::to_string(bytes.size()) + " >>\nstream\n" + bytes +
           "\nendstream";
}

std::string hexadecimal_text(std::string_view utf8) {
    // A text string of the file in UTF-16 with its mark.
    std::string units = "FEFF";
    const auto put = [&units](unsigned unit) {
        constexpr std::string_view digits = "0123456789ABCDEF";
        for (int shift = 12; shift >= 0; shift -= 4) units += digits[(unit >> shift) & 15];
    };
    for (std::size_t i = 0; i < utf8.size();) {
        const auto lead = static_cast<unsigned char>(utf8[i]);
        const int more = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
        unsigned code = more == 0 ? lead : lead & (0x3FU >> more);
        for (int k = 0; k < more; ++k)
            code = code << 6 | (static_cast<unsigned char>(utf8[++i]) & 0x3FU);
        ++i;
        if (code < 0x10000) {
            put(code);
        } else {
            put(0xD800 + ((code - 0x10000) >> 10));
            put(0xDC00 + ((code - 0x10000) & 0x3FF));
        }
    }
    return "<" + units + ">";
}

// "D:20261122183000Z"
std::string file_date(Instant at) {
    std::string digits;
    for (const char c : to_rfc3339(at).substr(0, 19))
        if (c >= '0' && c <= '9') digits += c;
    return "(D:" + digits + "Z)";
}

void change(File& file, const About& about) {
    Objects& objects = file.objects;
    for (auto& [number, object] : objects) {
        if (is_stream(object)) continue;
        remove_group(object);
        if (object.find("/Subtype /CIDFontType2") != object.npos)
            add_to_dictionary(object, "   /CIDToGIDMap /Identity\n");
    }
    objects[file.info] = "<< /Title " + hexadecimal_text(about.title) +
                         "\n   /Producer (Cohort)\n   /CreationDate " + file_date(about.made) +
                         "\n   /ModDate " + file_date(about.made) + "\n>>";
    const int next = objects.rbegin()->first + 1;
    objects[next] = stream("/Type /Metadata /Subtype /XML", metadata(about));
    objects[next + 1] = stream("/N 3", srgb_profile());
    objects[next + 2] =
        "<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB)\n"
        "   /Info (sRGB IEC61966-2.1) /DestOutputProfile " +
        std::to_string(next + 1) + " 0 R >>";
    add_to_dictionary(objects[file.root],
                      "   /Metadata " + std::to_string(next) + " 0 R\n   /OutputIntents [ " +
                          std::to_string(next + 2) + " 0 R ]\n   /Lang (" + about.language + ")\n");
}

// --- writing ------------------------------------------------------------------------------

std::string entry(std::size_t offset, const char* kind) {
    const std::string digits = std::to_string(offset);
    return std::string(10 - std::min<std::size_t>(10, digits.size()), '0') + digits + kind;
}

std::string write(const File& file) {
    std::string text = "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n";
    const int count = file.objects.rbegin()->first + 1;
    // Numbers that nobody has would be free entries; Cairo leaves none.
    std::string table = "xref\n0 " + std::to_string(count) + "\n" + entry(0, " 65535 f \n");
    for (const auto& [number, object] : file.objects) {
        table += entry(text.size(), " 00000 n \n");
        text += std::to_string(number) + " 0 obj\n" + object + "\nendobj\n";
    }
    const std::string id = auth::sha256_hex(text).substr(0, 32);
    const std::size_t start = text.size();
    return text + table + "trailer\n<< /Size " + std::to_string(count) + "\n   /Root " +
           std::to_string(file.root) + " 0 R\n   /Info " + std::to_string(file.info) +
           " 0 R\n   /ID [ <" + id + "> <" + id + "> ]\n>>\nstartxref\n" + std::to_string(start) +
           "\n%%EOF\n";
}

}  // namespace

Result<std::string> archive(std::string_view cairo_file, const About& about) {
    File file = TRY(read(cairo_file));
    int expected = 1;
    for (const auto& [number, object] : file.objects)
        if (number != expected++) return unexpected("object for each number");
    change(file, about);
    return write(file);
}

}  // namespace cohort::pdf

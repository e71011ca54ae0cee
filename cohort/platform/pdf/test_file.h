// SPDX-License-Identifier: Apache-2.0
// Reads a PDF file for tests of what it is made of: by its table of objects, as a viewer does.
#pragma once

#include <algorithm>
#include <boost/beast/zlib/inflate_stream.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/test.h"

namespace cohort::pdf {

struct TestFile {
    struct Object {
        std::string dictionary;  ///< all of it, for what is no stream
        bool is_stream = false;
        std::string bytes;  ///< of the stream, as they stand in the file
    };

    explicit TestFile(std::string_view file) : text(file) {
        const auto start = number_after(text, "startxref\n", text.rfind("startxref"));
        REQUIRE(text.substr(start, 7) == "xref\n0 ");
        count = static_cast<int>(number_after(text, "xref\n0 ", start));
        const std::size_t entries = text.find('\n', start + 5) + 1;
        trailer = text.substr(entries + static_cast<std::size_t>(count) * 20);
        for (int i = 0; i < count; ++i) {
            const std::string line(text.substr(entries + static_cast<std::size_t>(i) * 20, 20));
            REQUIRE(line.size() == 20);
            CHECK(line.substr(10) == (i == 0 ? " 65535 f \n" : " 00000 n \n"));
            if (i > 0) read(i, std::stoul(line.substr(0, 10)));
        }
    }

    /// The value of a key: "7 0 R", "/Name", "<<", "[ 0 0 …".
    static std::string value_of(const std::string& dictionary, const std::string& key) {
        auto at = dictionary.find(key);
        // "/Type" is not "/Type0".
        while (at != dictionary.npos &&
               std::isalnum(static_cast<unsigned char>(dictionary[at + key.size()])))
            at = dictionary.find(key, at + 1);
        if (at == dictionary.npos) return "";
        at = dictionary.find_first_not_of(" \n", at + key.size());
        const auto end = dictionary.find_first_of(dictionary[at] == '('   ? ")"
                                                  : dictionary[at] == '[' ? "]"
                                                                          : "\n>",
                                                  at + 1);
        std::string value = dictionary.substr(at, end - at);
        value.erase(value.find_last_not_of(' ') + 1);
        return value;
    }

    const Object& at(const std::string& reference) const {
        REQUIRE(reference.ends_with(" 0 R"));
        return objects.at(std::stoi(reference));
    }
    const Object& catalogue() const { return at(value_of(trailer, "/Root")); }

    std::vector<const Object*> with(const std::string& text_of_dictionary) const {
        std::vector<const Object*> found;
        for (const auto& [number, object] : objects)
            if (object.dictionary.find(text_of_dictionary) != std::string::npos)
                found.push_back(&object);
        return found;
    }

    /// The bytes of a stream, unpacked.
    static std::string unpacked(const Object& object) {
        if (object.dictionary.find("/FlateDecode") == std::string::npos) return object.bytes;
        namespace zlib = boost::beast::zlib;
        std::string out(1U << 22, '\0');
        zlib::inflate_stream stream;
        zlib::z_params state;
        state.next_in = object.bytes.data() + 2;  // the two bytes of zlib's own head
        state.avail_in = object.bytes.size() - 2;
        state.next_out = out.data();
        state.avail_out = out.size();
        boost::beast::error_code error;
        stream.write(state, zlib::Flush::finish, error);
        REQUIRE(state.avail_out > 0);
        out.resize(state.total_out);
        return out;
    }

    static std::size_t number_after(std::string_view text, std::string_view word,
                                    std::size_t from = 0) {
        const auto at = text.find(word, from);
        REQUIRE(at != text.npos);
        return std::stoul(std::string(text.substr(at + word.size(), 12)));
    }

    std::string_view text;
    std::string trailer;
    int count = 0;  ///< of entries in the table, the first of which is no object
    std::map<int, Object> objects;

  private:
    void read(int number, std::size_t at) {
        const std::string head = std::to_string(number) + " 0 obj\n";
        REQUIRE(text.substr(at, head.size()) == head);
        at += head.size();
        const auto end = text.find("\nendobj\n", at);
        const auto stream = text.find("stream", at);
        Object& object = objects[number];
        if (stream > end) {
            object.dictionary = text.substr(at, end - at);
            return;
        }
        object.is_stream = true;
        object.dictionary = text.substr(at, stream - at);
        auto start = stream + 6;
        if (text[start] == '\r') ++start;
        REQUIRE(text[start] == '\n');
        start += 1;
        std::string length = value_of(object.dictionary, "/Length");
        if (length.ends_with(" 0 R"))
            length = std::to_string(
                number_after(text, "\n" + std::to_string(std::stoi(length)) + " 0 obj\n"));
        object.bytes = text.substr(start, std::stoul(length));
        const auto after = text.substr(start + object.bytes.size(), 12);
        CHECK((after.starts_with("\nendstream\n") || after.starts_with("\r\nendstream")));
    }
};

}  // namespace cohort::pdf

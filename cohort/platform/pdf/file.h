// SPDX-License-Identifier: Apache-2.0
// The frame of a PDF file: numbered objects, the table of where they stand, the trailer. For the
// files of this folder.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cohort::pdf {

/// Source: ISO 32000-1:2008, 7.5; ISO 19005-2:2011, 6.1.
class File {
  public:
    /// A number for an object that is given later. All must be, before to_text().
    int reserve();
    void put(int number, std::string object);
    int add(std::string object);

    /// A stream with these entries in its dictionary: packed by Flate, or as it is for those who
    /// search a file for it.
    int add_packed(const std::string& entries, std::string_view bytes);
    int add_plain(const std::string& entries, std::string_view bytes);

    /// The whole file. Its identifier is the digest of its objects.
    std::string to_text(int root, int info) const;

  private:
    std::vector<std::string> objects_;  // the first has number 1
};

std::string reference(int number);

/// At most three decimals, and no more than are needed.
void append_number(std::string& text, double value);

/// A text string in UTF-16 with its mark, in hexadecimal.
std::string text_string(std::string_view utf8);

/// Of two bytes: four digits.
void append_hexadecimal(std::string& text, unsigned unit);

/// UTF-16, big end first, four digits a unit.
std::string hexadecimal_units(std::string_view utf8);

}  // namespace cohort::pdf

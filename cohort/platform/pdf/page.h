// SPDX-License-Identifier: Apache-2.0
// What is drawn on one page, as PDF says it. For the files of this folder.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cohort/platform/pdf/embedded.h"
#include "cohort/platform/pdf/shapes.h"

namespace cohort::pdf {

/// A glyph where it is to stand: the left end of its base line.
struct Placed {
    Code code = 0;
    Point at;
    double width = 0;  ///< points
};

/// Source: ISO 32000-1:2008, 8.4, 8.5 and 9.4.
class Page {
  public:
    void fill(Point at, double width, double height, Colour colour);
    void lines(const std::vector<Point>& points, double width, Colour colour);
    void disc(Point centre, double radius, Colour colour);
    void text(std::size_t font, double size, const std::vector<Placed>& glyphs, Colour colour);

    const std::string& content() const noexcept { return content_; }

  private:
    void put(double value);
    void put(Point point);
    void put(Colour colour, const char* operation, std::optional<Colour>& last);

    std::string content_;
    std::optional<Colour> filling_;
    std::optional<Colour> stroking_;
};

}  // namespace cohort::pdf

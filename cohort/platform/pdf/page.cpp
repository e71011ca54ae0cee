// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/pdf/page.h"

#include <array>
#include <cmath>

namespace cohort::pdf {

// PDF counts from the lower left corner, we from the upper left one.
static constexpr double from_below(double y) {
    return page_height - y;
}

void Page::put(double value) {
    append_number(content_, value);
    content_ += ' ';
}

void Page::put(Point point) {
    put(point.x);
    put(from_below(point.y));
}

void Page::put(Colour colour, const char* operation, std::optional<Colour>& last) {
    if (last == colour) return;
    last = colour;
    for (const double part : {colour.red, colour.green, colour.blue}) put(part);
    content_ += operation;
}

void Page::fill(Point at, double width, double height, Colour colour) {
    put(colour, "rg\n", filling_);
    put({at.x, at.y + height});
    put(width);
    put(height);
    content_ += "re f\n";
}

void Page::lines(const std::vector<Point>& points, double width, Colour colour) {
    put(colour, "RG\n", stroking_);
    put(width);
    content_ += "w\n";
    const char* operation = "m\n";
    for (const Point& point : points) {
        put(point);
        content_ += operation;
        operation = "l\n";
    }
    content_ += "S\n";
}

void Page::disc(Point centre, double radius, Colour colour) {
    // So far from its ends are the two inner points of the curve that is nearest to a quarter.
    const double arm = radius * 4 * (std::sqrt(2.0) - 1) / 3;
    put(colour, "rg\n", filling_);
    put({centre.x + radius, centre.y});
    content_ += "m\n";
    Point out{radius, 0};
    Point along{0, arm};
    for (int quarter = 0; quarter < 4; ++quarter) {
        const Point next{-out.y, out.x};
        const Point next_along{-along.y, along.x};
        put({centre.x + out.x + along.x, centre.y + out.y + along.y});
        put({centre.x + next.x - next_along.x, centre.y + next.y - next_along.y});
        put({centre.x + next.x, centre.y + next.y});
        content_ += "c\n";
        out = next;
        along = next_along;
    }
    content_ += "f\n";
}

void Page::text(std::size_t font, double size, const std::vector<Placed>& glyphs, Colour colour) {
    put(colour, "rg\n", filling_);
    content_ += "BT /F" + std::to_string(font) + " ";
    put(size);
    content_ += "Tf\n";
    std::optional<Point> pen;
    for (const Placed& glyph : glyphs) {
        if (!pen || pen->y != glyph.at.y) {
            content_ += pen ? ">] TJ\n1 0 0 1 " : "1 0 0 1 ";
            put(glyph.at);
            content_ += "Tm [<";
            pen = glyph.at;
        }
        // In thousandths of the size, and back: what was rounded is made good by the next.
        const double back = std::round((pen->x - glyph.at.x) / size * 1000);
        if (back != 0) {
            content_ += '>';
            append_number(content_, back);
            content_ += '<';
            pen->x -= back * size / 1000;
        }
        append_hexadecimal(content_, glyph.code);
        pen->x += glyph.width;
    }
    content_ += pen ? ">] TJ ET\n" : "ET\n";
}

}  // namespace cohort::pdf

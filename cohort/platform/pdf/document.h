// SPDX-License-Identifier: Apache-2.0
// A document of A4 pages that is drawn from top to bottom and becomes a PDF/A-2b file: the same
// calls give the same bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cohort/base/result.h"
#include "cohort/platform/pdf/about.h"
#include "cohort/platform/pdf/fonts.h"
#include "cohort/platform/pdf/shapes.h"

namespace cohort::pdf {

enum class Align : std::uint8_t { left, centre, right };

struct Style {
    double size = 10;
    Colour colour = {};
    Align align = Align::left;
};

class Paragraph;

/// Not for several threads at one time. Fonts are taken from a pool for as long as it lives, so
/// what draws many documents has few of them open.
class Document {
  public:
    Document(const Fonts& fonts, const About& about);
    ~Document();
    Document(const Document&) = delete;
    Document& operator=(const Document&) = delete;

    /// Text broken into lines of at most that width. What it holds beyond the page is drawn beyond
    /// the page. Must not outlive the document.
    Paragraph set(std::string_view text, double width, const Style& style);

    /// What is drawn from here on is on a new page; needed before the first drawing.
    void begin_page();

    void draw(const Paragraph& paragraph, Point at);
    void line(Point from, Point to, double width, Colour colour);
    void lines(const std::vector<Point>& points, double width, Colour colour);
    void fill(Point at, double width, double height, Colour colour);
    void disc(Point centre, double radius, Colour colour);

    /// The file. The document is used up.
    /// Errors: invalid/no-glyph: a visible character that no font can draw, by its code point, of
    ///         any text that was set; invalid/bad-text: text that is not UTF-8; internal/pdf: more
    ///         than 65,535 glyphs of one font, or a font that cannot be taken apart.
    Result<std::string> finish();

  private:
    friend class Paragraph;
    struct State;
    std::unique_ptr<State> state_;
};

/// Text with its lines, ready to be drawn.
class Paragraph {
  public:
    Paragraph(Paragraph&&) noexcept;
    Paragraph& operator=(Paragraph&&) noexcept;
    ~Paragraph();

    double height() const noexcept { return height_; }
    double width() const noexcept { return width_; }  ///< of its longest line

    /// How many bytes of the text are in the lines that fit into this height; its first line at
    /// least.
    std::size_t bytes_within(double height) const;

  private:
    friend class Document;
    struct Layout;
    Paragraph();
    std::unique_ptr<Layout> layout_;
    Style style_;
    double height_ = 0;
    double width_ = 0;
};

}  // namespace cohort::pdf

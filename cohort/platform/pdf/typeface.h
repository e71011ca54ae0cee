// SPDX-License-Identifier: Apache-2.0
// One font file as documents embed it. For the files of this folder.
#pragma once

#include <array>
#include <cstdint>
#include <hb.h>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "cohort/base/result.h"

namespace cohort::pdf {

using GlyphId = std::uint32_t;  ///< the number of a glyph in its font file

struct FreeHarfBuzz {
    void operator()(hb_face_t* face) const noexcept { hb_face_destroy(face); }
    void operator()(hb_font_t* font) const noexcept { hb_font_destroy(font); }
};

/// A TrueType file that is read once and may be used by several threads at one time.
/// Lengths are thousandths of an em, as PDF has them.
/// Source: Microsoft OpenType specification 1.9 (head, hhea, hmtx, glyf).
class Typeface {
  public:
    /// Errors: unavailable/no-font: it cannot be read. Blocks: its thread, while the file is looked
    ///         through.
    static Result<Typeface> open(const std::string& file, unsigned index);

    const std::string& name() const noexcept { return name_; }  ///< of letters, digits and '-'
    const std::array<int, 4>& box() const noexcept { return box_; }
    int ascent() const noexcept { return ascent_; }
    int descent() const noexcept { return descent_; }
    double width(GlyphId glyph) const;

    struct Subset {
        std::string program;                 ///< a font file with these glyphs and no others
        std::map<GlyphId, GlyphId> numbers;  ///< of the glyphs in it
    };

    /// The same for the same glyphs, whatever was asked for before.
    /// Errors: internal/pdf: the file is no TrueType font that can be taken apart.
    Result<Subset> subset(const std::set<GlyphId>& glyphs) const;

  private:
    std::unique_ptr<hb_face_t, FreeHarfBuzz> face_;
    std::unique_ptr<hb_font_t, FreeHarfBuzz> font_;
    std::string name_;
    std::array<int, 4> box_{};
    int ascent_ = 0;
    int descent_ = 0;
};

}  // namespace cohort::pdf

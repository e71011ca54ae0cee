// SPDX-License-Identifier: Apache-2.0
// The fonts of one document: which glyphs it shows and for which text. For the files of this
// folder.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cohort/base/result.h"
#include "cohort/platform/pdf/file.h"
#include "cohort/platform/pdf/typeface.h"

namespace cohort::pdf {

using Code = std::uint16_t;  ///< what stands for a glyph in a document; 0: none

/// One font of a document. A glyph that stands for two texts has two codes, so that either comes
/// out right when it is copied.
class Embedded {
  public:
    explicit Embedded(const Typeface& typeface) : typeface_(&typeface) {}

    const Typeface& typeface() const noexcept { return *typeface_; }

    /// 0 when a document has no more of them.
    Code code_of(GlyphId glyph, std::string_view text);

    /// The number of the font's object.
    /// Errors: internal/pdf, as Typeface::subset().
    /// Source: ISO 32000-1:2008, 9.7 (composite fonts) and 9.10.3 (ToUnicode).
    Result<int> write(File& file) const;

  private:
    const Typeface* typeface_;
    std::map<std::pair<GlyphId, std::string>, Code> codes_;
    std::vector<std::pair<GlyphId, std::string>> shown_;  // code 1 first
};

}  // namespace cohort::pdf

// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/pdf/embedded.h"

#include <limits>

#include "cohort/platform/auth/digest.h"

namespace cohort::pdf {

namespace {

// What a subset's name begins with: six letters that are others for other glyphs.
std::string tag_of(std::string_view glyphs) {
    std::string tag;
    for (const char c : auth::sha256_hex(glyphs).substr(0, 6))
        tag += static_cast<char>('A' + (c <= '9' ? c - '0' : c - 'a' + 10));
    return tag;
}

std::string to_unicode(const std::vector<std::pair<GlyphId, std::string>>& shown) {
    constexpr std::size_t block = 100;  // so many entries may stand together
    std::string lines;
    std::string map =
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n";
    std::size_t count = 0;
    const auto close_block = [&] {
        if (count > 0) map += std::to_string(count) + " beginbfchar\n" + lines + "endbfchar\n";
        lines.clear();
        count = 0;
    };
    for (std::size_t i = 0; i < shown.size(); ++i) {
        if (shown[i].second.empty()) continue;
        lines += '<';
        append_hexadecimal(lines, static_cast<unsigned>(i + 1));
        lines += "> <" + hexadecimal_units(shown[i].second) + ">\n";
        if (++count == block) close_block();
    }
    close_block();
    return map + "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n";
}

}  // namespace

Code Embedded::code_of(GlyphId glyph, std::string_view text) {
    std::pair shown{glyph, std::string(text)};
    const auto known = codes_.find(shown);
    if (known != codes_.end()) return known->second;
    if (shown_.size() >= std::numeric_limits<Code>::max()) return 0;
    shown_.push_back(shown);
    const auto code = static_cast<Code>(shown_.size());
    codes_.emplace(std::move(shown), code);
    return code;
}

Result<int> Embedded::write(File& file) const {
    std::set<GlyphId> glyphs;
    for (const auto& [glyph, text] : shown_) glyphs.insert(glyph);
    const Typeface::Subset subset = TRY(typeface_->subset(glyphs));
    std::string map(2, '\0');
    std::string widths;
    std::string names;
    for (const auto& [glyph, text] : shown_) {
        const GlyphId number = subset.numbers.at(glyph);
        map += static_cast<char>(number >> 8);
        map += static_cast<char>(number & 0xFF);
        widths += ' ';
        append_number(widths, typeface_->width(glyph));
    }
    for (const GlyphId glyph : glyphs) names += std::to_string(glyph) + ' ';
    const std::string name = "/" + tag_of(names) + "+" + typeface_->name();
    const int program =
        file.add_packed("/Length1 " + std::to_string(subset.program.size()), subset.program);
    std::string box;
    for (const int side : typeface_->box()) box += std::to_string(side) + " ";
    const std::string ascent = std::to_string(typeface_->ascent());
    // 4: its glyphs are not those of the Latin letters alone. A stem's width is not known; viewers
    // need it where the font is missing, which it is not.
    const int descriptor =
        file.add("<< /Type /FontDescriptor /FontName " + name + " /Flags 4 /FontBBox [ " + box +
                 "]\n   /ItalicAngle 0 /Ascent " + ascent + " /Descent " +
                 std::to_string(typeface_->descent()) + " /CapHeight " + ascent +
                 " /StemV 80 /FontFile2 " + reference(program) + " >>");
    const int glyph_map = file.add_packed("", map);
    const int text = file.add_packed("", to_unicode(shown_));
    const int descendant =
        file.add("<< /Type /Font /Subtype /CIDFontType2 /BaseFont " + name +
                 "\n   /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>\n"
                 "   /FontDescriptor " +
                 reference(descriptor) + "\n   /CIDToGIDMap " + reference(glyph_map) +
                 "\n   /W [1 [" + widths + " ]] >>");
    return file.add("<< /Type /Font /Subtype /Type0 /BaseFont " + name +
                    "\n   /Encoding /Identity-H /DescendantFonts [ " + reference(descendant) +
                    " ]\n   /ToUnicode " + reference(text) + "\n>>");
}

}  // namespace cohort::pdf

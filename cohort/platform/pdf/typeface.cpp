// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/pdf/typeface.h"

#include <hb-ot.h>
#include <hb-subset.h>
#include <string_view>
#include <utility>

namespace cohort::pdf {

namespace {

struct Free : FreeHarfBuzz {
    using FreeHarfBuzz::operator();
    void operator()(hb_blob_t* blob) const noexcept { hb_blob_destroy(blob); }
    void operator()(hb_subset_input_t* input) const noexcept { hb_subset_input_destroy(input); }
    void operator()(hb_subset_plan_t* plan) const noexcept { hb_subset_plan_destroy(plan); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

constexpr int em = 1000;

std::string_view bytes_of(hb_blob_t* blob) {
    unsigned size = 0;
    const char* bytes = hb_blob_get_data(blob, &size);
    return {bytes, size};
}

int signed_at(std::string_view table, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(table[i]); };
    return static_cast<std::int16_t>(byte(at) << 8 | byte(at + 1));
}

// The name that PostScript knows it by, of which only plain characters can stand in a PDF name.
std::string plain_name(hb_face_t* face) {
    std::array<char, 64> text{};
    unsigned size = text.size();
    hb_ot_name_get_utf8(face, HB_OT_NAME_ID_POSTSCRIPT_NAME, HB_LANGUAGE_INVALID, &size,
                        text.data());
    std::string plain;
    for (const char c : std::string_view(text.data()))
        if (std::string_view("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
                .find(c) != std::string_view::npos)
            plain += c;
    return plain.empty() ? "Font" : plain;
}

// What shapes and names text is done with when the text is set: a document needs the outlines.
Owned<hb_subset_input_t> wish_for(const std::set<GlyphId>& glyphs) {
    Owned<hb_subset_input_t> input(hb_subset_input_create_or_fail());
    if (!input) return nullptr;
    hb_subset_input_set_flags(input.get(), HB_SUBSET_FLAGS_NO_HINTING);
    hb_set_t* dropped = hb_subset_input_set(input.get(), HB_SUBSET_SETS_DROP_TABLE_TAG);
    for (const char* tag : {"cmap", "name", "OS/2", "post", "GSUB", "GPOS", "GDEF", "BASE", "JSTF",
                            "vhea", "vmtx", "VORG", "DSIG", "kern", "gasp", "meta"})
        hb_set_add(dropped, hb_tag_from_string(tag, -1));
    hb_set_t* wanted = hb_subset_input_glyph_set(input.get());
    for (const GlyphId glyph : glyphs) hb_set_add(wanted, glyph);
    return input;
}

}  // namespace

Result<Typeface> Typeface::open(const std::string& file, unsigned index) {
    const Owned<hb_blob_t> blob(hb_blob_create_from_file_or_fail(file.c_str()));
    if (!blob) return unavailable("no-font", "The font " + file + " cannot be read.");
    const Owned<hb_face_t> whole(hb_face_create(blob.get(), index));
    Typeface made;
    made.face_.reset(hb_subset_preprocess(whole.get()));
    made.font_.reset(hb_font_create(made.face_.get()));
    hb_font_set_scale(made.font_.get(), em * 64, em * 64);
    made.name_ = plain_name(whole.get());
    const Owned<hb_blob_t> head(hb_face_reference_table(whole.get(), HB_TAG('h', 'e', 'a', 'd')));
    const Owned<hb_blob_t> metrics(
        hb_face_reference_table(whole.get(), HB_TAG('h', 'h', 'e', 'a')));
    const auto units = static_cast<int>(hb_face_get_upem(whole.get()));
    if (bytes_of(head.get()).size() < 54 || bytes_of(metrics.get()).size() < 36 || units <= 0)
        return unavailable("no-font", "The font " + file + " is cut short.");
    for (std::size_t i = 0; i < made.box_.size(); ++i)
        made.box_.at(i) = signed_at(bytes_of(head.get()), 36 + 2 * i) * em / units;
    made.ascent_ = signed_at(bytes_of(metrics.get()), 4) * em / units;
    made.descent_ = signed_at(bytes_of(metrics.get()), 6) * em / units;
    return made;
}

double Typeface::width(GlyphId glyph) const {
    return hb_font_get_glyph_h_advance(font_.get(), glyph) / 64.0;
}

Result<Typeface::Subset> Typeface::subset(const std::set<GlyphId>& glyphs) const {
    const auto failed = [this] {
        return internal("pdf", "The font " + name_ + " cannot be taken apart.");
    };
    const Owned<hb_subset_input_t> input = wish_for(glyphs);
    if (!input) return failed();
    const Owned<hb_subset_plan_t> plan(hb_subset_plan_create_or_fail(face_.get(), input.get()));
    if (!plan) return failed();
    const Owned<hb_face_t> face(hb_subset_plan_execute_or_fail(plan.get()));
    if (!face) return failed();
    const Owned<hb_blob_t> program(hb_face_reference_blob(face.get()));
    Subset made{.program = std::string(bytes_of(program.get())), .numbers = {}};
    const hb_map_t* numbers = hb_subset_plan_old_to_new_glyph_mapping(plan.get());
    for (const GlyphId glyph : glyphs) {
        made.numbers[glyph] = hb_map_get(numbers, glyph);
        if (made.numbers[glyph] == HB_MAP_VALUE_INVALID) return failed();
    }
    return made;
}

}  // namespace cohort::pdf

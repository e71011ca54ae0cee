// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/pdf/fonts.h"

#include <mutex>
#include <optional>
#include <pango/pangofc-fontmap.h>
#include <string_view>
#include <utility>

#include "weft/blocking.h"
#include "weft/ensure.h"
#include "weft/mutex.h"

#include "cohort/platform/pdf/fonts_state.h"

namespace cohort::pdf {

namespace {

const FcChar8* bytes_of(const std::string& text) {
    return reinterpret_cast<const FcChar8*>(text.c_str());
}

std::string_view text_of(FcPattern* pattern, const char* property) {
    FcChar8* text = nullptr;
    if (FcPatternGetString(pattern, property, 0, &text) != FcResultMatch) return {};
    return reinterpret_cast<const char*>(text);
}

// Its file, and which of the fonts in it.
std::pair<std::string, int> place_of(FcPattern* font) {
    int index = 0;
    FcPatternGetInteger(font, FC_INDEX, 0, &index);
    return {std::string(text_of(font, FC_FILE)), index};
}

std::unique_ptr<Typesetter> make_typesetter(FcConfig* config) {
    auto made = std::make_unique<Typesetter>();
    made->map.reset(pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT));
    // One unit of the page is one point.
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(made->map.get()), 72);
    pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(made->map.get()), config);
    return made;
}

}  // namespace

// Kept for long: what Fontconfig has found out for a font map is not all given back with it.
static constexpr std::chrono::hours kept{24};

Fonts::State::State()
    : config(FcConfigCreate()),
      typesetters([this] { return make_typesetter(config.get()); }, {}, kept) {}

const Typeface& Fonts::State::typeface_of(PangoFont* font) const {
    const auto found = typefaces.find(place_of(pango_fc_font_get_pattern(PANGO_FC_FONT(font))));
    ENSURE(found != typefaces.end(), "Pango knows our fonts and no others");
    return found->second;
}

std::vector<std::string> usual_fonts() {
    const std::string folder = "/usr/share/fonts/truetype/";
    return {folder + "lxgw-wenkai/LXGWWenKai-Regular.ttf", folder + "dejavu/DejaVuSans.ttf",
            folder + "hanazono/HanaMinA.ttf", folder + "hanazono/HanaMinB.ttf"};
}

Result<Fonts> Fonts::open(const std::vector<std::string>& files) {
    const auto state = std::make_shared<State>();
    int known = 0;
    for (const std::string& file : files) {
        if (!FcConfigAppFontAddFile(state->config.get(), bytes_of(file))) {
            if (known > 0) continue;
            return unavailable("no-font", "There is no font " + file +
                                              "; install fonts-lxgw-wenkai and fonts-dejavu-core.");
        }
        const FcFontSet* fonts = FcConfigGetFonts(state->config.get(), FcSetApplication);
        for (; known < fonts->nfont; ++known) {
            FcPattern* font = fonts->fonts[known];
            if (text_of(font, FC_FONTFORMAT) != "TrueType")
                return internal("font-not-truetype", file + " is no TrueType font.");
            if (!state->families.empty()) state->families += ',';
            state->families += text_of(font, FC_FAMILY);
            const auto [path, index] = place_of(font);
            state->typefaces.emplace(std::pair{path, index},
                                     TRY(Typeface::open(path, static_cast<unsigned>(index))));
        }
    }
    return Fonts(state);
}

std::function<Result<Fonts>()> fonts_when_needed(std::vector<std::string> files) {
    struct Kept {
        weft::Mutex mutex{"fonts"};
        std::optional<Fonts> fonts = {};
    };
    return [kept = std::make_shared<Kept>(), files = std::move(files)]() -> Result<Fonts> {
        const std::lock_guard lock(kept->mutex);
        if (!kept->fonts)
            kept->fonts = TRY(weft::blocking("open fonts", [&] { return Fonts::open(files); }));
        return *kept->fonts;
    };
}

}  // namespace cohort::pdf

// SPDX-License-Identifier: Apache-2.0
// Pango with our fonts and no others. For the files of this folder.
#pragma once

#include <fontconfig/fontconfig.h>
#include <map>
#include <memory>
#include <pango/pangocairo.h>
#include <string>
#include <utility>

#include "weft/pool.h"

#include "cohort/platform/pdf/fonts.h"
#include "cohort/platform/pdf/typeface.h"

namespace cohort::pdf {

struct Unreference {
    void operator()(void* object) const noexcept { g_object_unref(object); }
};
template <class T>
using GObjectPtr = std::unique_ptr<T, Unreference>;

/// What one document at a time sets its text with. It keeps the glyphs it has met, so the next
/// document is quicker.
struct Typesetter {
    GObjectPtr<PangoFontMap> map;
};

struct Fonts::State {
    struct Free {
        void operator()(FcConfig* config) const noexcept { FcConfigDestroy(config); }
    };

    State();

    /// Which of ours it is that Pango has chosen.
    const Typeface& typeface_of(PangoFont* font) const;

    std::unique_ptr<FcConfig, Free> config;
    std::string families;  ///< in the order of the files, as Pango wants them
    std::map<std::pair<std::string, int>, Typeface> typefaces;  ///< by file and number in it
    mutable weft::Pool<Typesetter> typesetters;
};

}  // namespace cohort::pdf

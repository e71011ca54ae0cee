// SPDX-License-Identifier: Apache-2.0
// Pango with our fonts and no others. For the files of this folder.
#pragma once

#include <fontconfig/fontconfig.h>
#include <memory>
#include <pango/pangocairo.h>
#include <string>

#include "weft/pool.h"

#include "cohort/platform/pdf/fonts.h"

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

    std::unique_ptr<FcConfig, Free> config;
    std::string families;  ///< in the order of the files, as Pango wants them
    mutable weft::Pool<Typesetter> typesetters;
};

}  // namespace cohort::pdf

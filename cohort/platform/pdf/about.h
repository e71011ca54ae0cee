// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cohort/base/time.h"

namespace cohort::pdf {

/// What the file says of itself.
struct About {
    std::string title;
    std::string language;  ///< "zh-CN", "en"; also decides how characters that languages share look
    Instant made;          ///< the file's date: give the moment of what it shows, not the present
};

}  // namespace cohort::pdf

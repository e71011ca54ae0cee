// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cohort/base/schema.h"

namespace cohort::study {

/// What to_json() of a definition looks like.
json::Schema definition_schema();

/// One text in several languages, keyed by language tag; "und" is a text without a tag.
json::Schema texts_schema();

}  // namespace cohort::study

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "cohort/capture/document.h"

namespace cohort::capture {

/// Where an item stands in its form: /items/GROUP/REPEAT/ITEM; for a row or a group as a whole
/// without the last parts; and back.
/// Source: RFC 6901.
std::string pointer_to(const ItemKey& key);
ItemKey key_at(std::string_view pointer);

}  // namespace cohort::capture

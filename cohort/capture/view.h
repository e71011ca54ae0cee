// SPDX-License-Identifier: Apache-2.0
// What the API shows of forms.
#pragma once

#include <optional>
#include <vector>

#include "cohort/capture/merge.h"
#include "cohort/capture/store.h"

namespace cohort::capture {

/// The form document of the API. Items of removed rows are not shown, their rows are.
json::object to_json(const Form& form, const std::optional<Stages>& stages);

/// [{group, repeat, item?, yours?, theirs}]
json::array to_json(const std::vector<Conflict>& conflicts);

}  // namespace cohort::capture

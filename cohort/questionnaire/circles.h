// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "cohort/questionnaire/questionnaire.h"

namespace cohort::questionnaire {

/// Items that wait for one another, so that none of them could ever be asked. An item waits for the
/// questions of its enableWhen and for the item that it lies in.
/// Shape: for each circle the items along it, each waiting for the next and the last for the first.
std::vector<std::vector<const Item*>> find_circles(const Questionnaire& form);

}  // namespace cohort::questionnaire

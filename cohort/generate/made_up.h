// SPDX-License-Identifier: Apache-2.0
// The people of a site and what becomes of them, before anything is stored. Pure.
#pragma once

#include <string>
#include <vector>

#include "cohort/generate/entries.h"

namespace cohort::generate {

struct MadeForm {
    std::string event;
    std::string form;
    Entries entries;
    bool is_left_open = false;
};

struct MadeDiary {
    int week = 1;
    Instant received_at;
    std::string answers;  ///< FHIR
};

struct MadeSubject {
    CivilDate enrolled_on;
    std::vector<MadeForm> forms;
    std::vector<MadeDiary> diaries;
};

/// Somebody who was enrolled one to four weeks before `today`: the forms of the visits that were
/// due since, few of them forgotten or left open, and the answers of those weeks, few of them
/// missed.
MadeSubject make_up_subject(const study::Definition& definition, const CivilDate& today,
                            Chance& chance);

struct MadeSite {
    std::string name;
    std::string time_zone;
};
MadeSite make_up_site(Chance& chance);

}  // namespace cohort::generate

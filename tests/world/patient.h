// SPDX-License-Identifier: Apache-2.0
// Patients in tests, and the questionnaire that they answer: a mood from 0 to 3 that is scored,
// hours of sleep with their digits, and thoughts that raise an alert; in English and Chinese.
#pragma once

#include <string>

#include "tests/world/world.h"

namespace tests {

/// As FHIR. `more` are further items, each with a comma before it.
std::string mood_form(const std::string& version = "1", const std::string& more = "");
std::string mood_rules();

/// What somebody answers: the code of a mood, hours in their digits, whether there are thoughts.
std::string mood_answers(const std::string& mood = "2", const std::string& hours = "7.10",
                         bool thoughts = false, const std::string& version = "1",
                         const std::string& language = "en");

inline const cohort::http::Pairs fhir{{"content-type", "application/fhir+json"}};

/// Imports it with its rules and publishes it, as the builder; its id.
std::string publish_mood(World& world, const std::string& version = "1");

/// Lets all subjects of the study answer it on the day of their enrolment; the plan's id. `more` is
/// further members of the plan, each with a comma before it.
std::string plan_mood(World& world, const std::string& more = R"(,"late_days":1)");

/// What a browser keeps after an answer: the value of a cookie that the answer sets.
std::string cookie_in(const Answer& answer, const std::string& name);

/// A patient who has come in.
class Patient {
  public:
    /// Is invited by ann and activates on a device of its own.
    Patient(World& world, const std::string& subject);

    Answer ask(std::string_view method, const std::string& target, const std::string& body = {},
               const cohort::http::Pairs& headers = {});
    /// The answers to a window of a plan.
    Answer submit(const std::string& plan, int number, const std::string& answers,
                  const std::string& key = {});
    /// Comes in again with the device's PIN.
    Answer come_in(const std::string& pin);

    std::string session;
    std::string device;

  private:
    World& world_;
};

inline const std::string patient_pin = "471508";

}  // namespace tests

// SPDX-License-Identifier: Apache-2.0
// What was entered, made one spelling of the same thing. Nothing is guessed: what could be read in
// two ways stays as it is, and validation says what is wrong with it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cohort::analysis {

/// Without blanks at either end, the wide ones of Chinese keyboards and no-break spaces among them.
std::string_view trim(std::string_view text);

/// An entered text as validation is to see it, by ODM's data type. Of every type the blanks at its
/// ends go. Numbers, dates and times lose their wide digits and signs ("７２．５" is "72.5"); dates
/// whose year is first get ISO's signs and zeros ("2024/5/6" is "2024-05-06", "2024-05-UN" is
/// "2024-05"). Day and month are never told apart by guessing: "05/06/2024" stays.
std::string clean(std::string_view data_type, std::string_view raw);

/// The one spelling of a number: no plus, no exponent, no zero that says nothing ("+072.50" and
/// "7.25e1" are "72.5"). Nothing for a text that is no number, or has more than 400 digits so.
std::optional<std::string> normal_number(std::string_view text);

/// A date and time of day by the clock it was written by ("2024-05-06T07:08+02:00" is
/// "2024-05-06T07:08:00"). Nothing when it is partial.
std::optional<std::string> wall_clock(std::string_view iso);

}  // namespace cohort::analysis

// SPDX-License-Identifier: Apache-2.0
// What drawings are told in. Lengths are points (1/72 inch) from the upper left corner.
#pragma once

namespace cohort::pdf {

constexpr double page_width = 595.276;
constexpr double page_height = 841.890;

struct Colour {
    double red = 0;
    double green = 0;
    double blue = 0;

    bool operator==(const Colour&) const = default;
};

struct Point {
    double x = 0;
    double y = 0;
};

}  // namespace cohort::pdf

// SPDX-License-Identifier: Apache-2.0
// The font files that documents are set in, and nothing else that the machine may have: a report
// must not look different, or lose a character, where other fonts are installed.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cohort/base/result.h"

namespace cohort::pdf {

/// Where Debian has them: fonts-lxgw-wenkai for Chinese and most else, fonts-dejavu-core for signs
/// that it lacks (☑, ⁻), and fonts-hanazono, which may be absent, for the rarest of names.
std::vector<std::string> usual_fonts();

/// TrueType files in the order in which they are asked for a character. May be used by several
/// threads at one time.
class Fonts {
  public:
    /// The first file must be there; of the others those count that are.
    /// Errors: unavailable/no-font, naming the file; internal/font-not-truetype (outlines of
    ///         another kind are embedded in another way).
    /// Blocks: its thread, while the files are scanned (some 100 ms for each).
    static Result<Fonts> open(const std::vector<std::string>& files = usual_fonts());

    struct State;
    const State& state() const noexcept { return *state_; }

  private:
    explicit Fonts(std::shared_ptr<const State> state) : state_(std::move(state)) {}
    std::shared_ptr<const State> state_;
};

/// Opens fonts when they are first asked for, once: who makes no document needs none. What fails is
/// tried anew at the next call, so that a font may be installed meanwhile.
/// Errors: those of open().
/// Blocks: the goroutine.
std::function<Result<Fonts>()> fonts_when_needed(std::vector<std::string> files = usual_fonts());

}  // namespace cohort::pdf

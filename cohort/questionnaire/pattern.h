// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace cohort::questionnaire {

/// A regular expression over characters (not bytes) whose matching takes time in proportion to the
/// text, whatever the author wrote: the form of one study cannot hold up the server. Literals, `.`,
/// classes, groups, `|`, `*`, `+`, `?`, `{n,m}`, `^`, `$`, \d \w \s and their opposites; no look
/// around, no references back.
class Pattern {
  public:
    /// Nothing for what is not supported or would need more than some thousand steps.
    static std::optional<Pattern> compile(std::string_view text);

    /// Whether the whole text is one of the language.
    bool matches(std::string_view text) const;

  private:
    friend class PatternParser;
    enum class Op : std::uint8_t { character, split, jump, at_start, at_end, done };
    struct Class {
        std::vector<std::pair<char32_t, char32_t>> ranges;
        bool negated = false;
        bool has(char32_t c) const;
    };
    struct Step {
        Op op = Op::done;
        std::size_t a = 0;  // the class of a character, or where to go
        std::size_t b = 0;
    };
    struct Threads;

    void add(Threads& threads, std::size_t step, bool at_start, bool at_end) const;

    std::vector<Step> steps_;
    std::vector<Class> classes_;
};

/// The characters of UTF-8; a broken byte is U+FFFD.
std::vector<char32_t> characters_of(std::string_view text);

}  // namespace cohort::questionnaire

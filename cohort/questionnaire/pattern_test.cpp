// SPDX-License-Identifier: Apache-2.0
#include "cohort/questionnaire/pattern.h"

#include <string>

#include "tests/support/test.h"

using namespace cohort::questionnaire;

namespace {

bool matches(std::string_view pattern, std::string_view text) {
    const auto compiled = Pattern::compile(pattern);
    REQUIRE_MESSAGE(compiled, pattern);
    return compiled->matches(text);
}

}  // namespace

TEST_CASE("A pattern is held against the whole text") {
    CHECK(matches("abc", "abc"));
    CHECK_FALSE(matches("abc", "xabc"));
    CHECK_FALSE(matches("abc", "abcx"));
    CHECK(matches("^abc$", "abc"));
    CHECK(matches("", ""));
    CHECK_FALSE(matches("a^b", "ab"));
}

TEST_CASE("Repetitions, branches, groups and classes are those of regular expressions") {
    CHECK(matches("a*", ""));
    CHECK(matches("a*", "aaa"));
    CHECK_FALSE(matches("a+", ""));
    CHECK(matches("(ab|cd|e)+f?", "abcde"));
    CHECK(matches("(?:a|b){2,3}", "aba"));
    CHECK_FALSE(matches("(a|b){2,3}", "abab"));
    CHECK_FALSE(matches("(a|b){2,3}", "a"));
    CHECK(matches("a{3}", "aaa"));
    CHECK(matches("a{2,}", "aaaaa"));
    CHECK(matches("a{0}b", "b"));
    CHECK(matches("x(a|)y", "xy"));
    CHECK(matches("(a*)*b", "aab"));
    CHECK(matches("[a-cx-]+", "abcx-"));
    CHECK_FALSE(matches("[^a-c]", "b"));
    CHECK(matches("\\d{3}-\\d{4}", "555-1234"));
    CHECK(matches("[\\w.]+\\.", "a_1.."));
    CHECK(matches("\\S\\s\\D\\W", "a b-"));
    CHECK_FALSE(matches(".", "\n"));
    CHECK(matches("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", "a@b.example"));
    CHECK_FALSE(matches("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", "a@@b.example"));
}

TEST_CASE("A character is one character, however many bytes it has") {
    CHECK(matches(".", "\xe5\xa6\x82"));
    CHECK(matches("[\xe4\xb8\x80-\xe9\xbf\xbf]{2}", "\xe5\xa6\x82\xe6\x9e\x9c"));
    CHECK(characters_of("a\xffz") == std::vector<char32_t>{'a', 0xFFFD, 'z'});
}

TEST_CASE("What is not supported does not compile, nor what is too large") {
    for (const char* bad : {"(", ")", "a)", "[a", "a{2", "a{3,2}", "*", "a**", "(?=a)", "\\1",
                            "\\b", "[b-a]", "\\", "(a{1000}){1000}", "(?<n>a)"})
        CHECK_FALSE(Pattern::compile(bad));
    CHECK_FALSE(Pattern::compile(std::string(100, '(')));
}

TEST_CASE("Nested repetitions cost no more than the text is long") {
    CHECK_FALSE(matches("(a+)+b", std::string(20'000, 'a')));
    CHECK_FALSE(matches("(a|aa|a?)*b", std::string(20'000, 'a')));
}

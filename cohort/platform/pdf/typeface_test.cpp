// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/pdf/typeface.h"

#include <fstream>

#include "weft/blocking.h"
#include "weft/run.h"
#include "weft/scope.h"

#include "cohort/platform/pdf/embedded.h"
#include "cohort/platform/pdf/fonts.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test.h"

namespace cohort::pdf {

namespace {

Typeface usual() {
    return Typeface::open(usual_fonts().front(), 0).value();
}

}  // namespace

TEST_CASE("a subset is the same bytes whatever was taken before, and on any thread") {
    const Typeface typeface = usual();
    const std::set<GlyphId> glyphs{1000, 20, 7};
    const auto first = typeface.subset(glyphs).value();
    CHECK(first.numbers.size() == 3);
    CHECK(typeface.subset({5000}).value().program != first.program);
    CHECK(usual().subset(glyphs).value().program == first.program);
    std::vector<std::string> made(4);
    CHECK(weft::run([&] {
              weft::scope([&](weft::Scope& s) {
                  for (std::string& one : made)
                      s.go([&] {
                          one = weft::blocking(
                              "take", [&] { return typeface.subset(glyphs).value().program; });
                      });
              });
          }) == 0);
    for (const std::string& one : made) CHECK(one == first.program);
}

TEST_CASE("a subset has the outlines that are wanted and nothing that only typesetting needs") {
    const auto subset = usual().subset({1000}).value();
    CHECK(subset.program.size() < 4'000);
    for (const char* table : {"glyf", "loca", "head", "hhea", "hmtx", "maxp"})
        CHECK(subset.program.substr(0, 300).find(table) != std::string::npos);
    for (const char* table : {"cmap", "GSUB", "GPOS", "name", "post", "OS/2"})
        CHECK(subset.program.substr(0, 300).find(table) == std::string::npos);
}

TEST_CASE("a glyph that the font has not is an error, not another glyph") {
    CHECK(usual().subset({0xFFFF'FF}).error().code == "pdf");
}

TEST_CASE("what is no font, or is cut short, is told and not used") {
    const test::TempFolder folder;
    CHECK(Typeface::open(folder / "none.ttf", 0).error().code == "no-font");
    std::ofstream(folder / "short.ttf") << "\1";
    CHECK(Typeface::open(folder / "short.ttf", 0).error().code == "no-font");
}

TEST_CASE("a document has 65,535 codes of a font and no more; those it has stay what they are") {
    const Typeface typeface = usual();
    Embedded embedded(typeface);
    for (unsigned i = 1; i <= 0xFFFF; ++i) REQUIRE(embedded.code_of(20, std::to_string(i)) == i);
    CHECK(embedded.code_of(20, "one more") == 0);
    CHECK(embedded.code_of(20, "7") == 7);
}

}  // namespace cohort::pdf

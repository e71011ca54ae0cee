// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/pdf/document.h"

#include "weft/blocking.h"
#include "weft/run.h"

#include "cohort/platform/pdf/test_file.h"
#include "tests/support/child.h"
#include "tests/support/test.h"

namespace cohort::pdf {

namespace {

const Fonts& fonts() {
    static const Fonts opened = Fonts::open().value();
    return opened;
}

Result<std::string> page_with(std::string_view text, const Fonts& from = fonts()) {
    Document document(from, {.title = "t", .language = "zh-CN", .made = {}});
    document.begin_page();
    document.draw(document.set(text, 400, {}), {50, 50});
    return document.finish();
}

std::string outcome(std::string_view text) {
    const auto made = page_with(text);
    return made ? "ok" : made.error().code;
}

}  // namespace

TEST_CASE("the same drawing gives the same bytes, whatever was drawn before, and on any thread") {
    const std::string first = page_with("如出现发热 37.5 ℃").value();
    CHECK(page_with("something else 张三").ok());
    CHECK(page_with("如出现发热 37.5 ℃").value() == first);
    CHECK(weft::run([&] {
              const auto draw = [] { return page_with("如出现发热 37.5 ℃").value(); };
              CHECK(weft::blocking("draw", draw) == first);
          }) == 0);
    const Fonts opened_anew = Fonts::open().value();
    CHECK(page_with("如出现发热 37.5 ℃", opened_anew).value() == first);
}

TEST_CASE("a visible character that no font can draw fails the document and is named") {
    const auto made = page_with("Name: \U00012000");
    REQUIRE_FALSE(made);
    CHECK(made.error().code == "no-glyph");
    CHECK(made.error().text.find("U+12000") != std::string::npos);
}

TEST_CASE("a sign that the first font lacks is drawn in the second") {
    CHECK(outcome("10⁻³ ☑") == "ok");
    const Fonts one = Fonts::open({usual_fonts().front()}).value();
    CHECK(page_with("☑", one).error().code == "no-glyph");
}

TEST_CASE("a character fails the document although its text is only measured") {
    Document document(fonts(), {.title = "t", .language = "en", .made = {}});
    document.begin_page();
    document.set("\U00012000", 100, {});
    CHECK(document.finish().error().code == "no-glyph");
}

TEST_CASE("a line begins where it is told to, not where the last text stood") {
    const auto drawn = [](bool with_text) {
        Document document(fonts(), {.title = "t", .language = "en", .made = {}});
        document.begin_page();
        if (with_text) document.draw(document.set("a", 100, {}), {50, 50});
        document.line({100, 100}, {200, 100}, 1, {});
        document.disc({100, 200}, 3, {});
        const std::string bytes = document.finish().value();
        const TestFile file(bytes);
        const auto pages = file.with("/Contents");
        return TestFile::unpacked(
            file.at(TestFile::value_of(pages.at(0)->dictionary, "/Contents")));
    };
    const std::string lines = drawn(false);
    const std::string path = lines.substr(lines.find("1 w"), lines.find("\nS") - lines.find("1 w"));
    CHECK(path.find(" m") != std::string::npos);
    CHECK(drawn(true).find(path) != std::string::npos);
}

TEST_CASE("drawing where no page was begun, and a document without any, are breaches that say so") {
    const auto drawn = test::in_child([] {
        Document document(fonts(), {.title = "t", .language = "en", .made = {}});
        document.fill({0, 0}, 1, 1, {});
        return 0;
    });
    CHECK(drawn.died());
    CHECK(drawn.said("a page is begun before anything is drawn"));
    const auto empty = test::in_child([] {
        Document document(fonts(), {.title = "t", .language = "en", .made = {}});
        return document.finish() ? 0 : 1;
    });
    CHECK(empty.died());
    CHECK(empty.said("a document has a page"));
}

TEST_CASE("spaces and signs that only steer the text need no picture") {
    CHECK(outcome("a b\u00A0c\u3000d\u200Be\u2060f\u00ADg\n\nh") == "ok");
    CHECK(outcome("") == "ok");
    CHECK(outcome("e\u0301") == "ok");
}

TEST_CASE("what is not UTF-8 fails the document") {
    CHECK(outcome("\xC3\x28") == "bad-text");
    CHECK(outcome(std::string_view("a\0b", 3)) == "bad-text");
}

TEST_CASE("a file that is not there, or has outlines of another kind, is no font for documents") {
    CHECK(Fonts::open({"/nowhere.ttf"}).error().code == "no-font");
    CHECK(Fonts::open({usual_fonts().front(), "/nowhere.ttf"}).ok());
    CHECK(Fonts::open({"/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"}).error().code ==
          "font-not-truetype");
}

TEST_CASE("text is broken into lines within its width, and Chinese between any two characters") {
    Document document(fonts(), {.title = "t", .language = "zh-CN", .made = {}});
    const Paragraph one = document.set("如出现发热", 400, {});
    const Paragraph many = document.set("如出现发热如出现发热如出现发热", 60, {});
    CHECK(many.width() <= 60);
    CHECK(many.height() == doctest::Approx(3 * one.height()).epsilon(0.02));
}

TEST_CASE("what fits into a height is told in bytes, its first line always") {
    Document document(fonts(), {.title = "t", .language = "en", .made = {}});
    const Paragraph lines = document.set("one\ntwo\nthree", 400, {});
    CHECK(lines.bytes_within(1000) == 13);
    CHECK(lines.bytes_within(lines.height() * 0.7) == 8);
    CHECK(lines.bytes_within(0) == 4);
}

}  // namespace cohort::pdf

// SPDX-License-Identifier: Apache-2.0
#include "cohort/report/report.h"

#include <fstream>
#include <sstream>
#include <vector>

#include "weft/blocking.h"
#include "weft/run.h"
#include "weft/scope.h"

#include "cohort/report/test_report.h"
#include "tests/support/command.h"

namespace cohort::report {

namespace {

const pdf::Fonts& fonts() {
    static const pdf::Fonts opened = pdf::Fonts::open().value();
    return opened;
}

// What can be copied out of the file, page by page.
std::string text_of(const Report& report) {
    const test::TempFolder folder;
    const std::string path = folder / "report.pdf";
    std::ofstream(path, std::ios::binary) << render(fonts(), report).value();
    test::run_program({"/usr/bin/pdftotext", "-layout", path, folder / "text"}, folder);
    std::ifstream in(folder / "text");
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_CASE("a report shows whose it is, when it came, what was answered and what it scores") {
    const std::string text = text_of(chinese_report());
    for (const char* part :
         {"情绪与睡眠周记", "张三", "ST-001-1", "协和医院", "2026-11-22 14:05 (UTC+08:00)",
          "情绪总分", "12", "中度：建议在一周内随访", "无法计算：缺少回答", "做事时提不起劲",
          "36.8 ℃", "请关注此回答", "未作答", "第 1 页，共 1 页", "变化趋势"}) {
        CAPTURE(part);
        CHECK(has(text, part));
    }
}

TEST_CASE("a report in English has English labels") {
    Report report = chinese_report();
    report.language = Language::english;
    const std::string text = text_of(report);
    for (const char* part : {"Submitted", "Page 1 of 1", "not answered", "Please look at this"})
        CHECK(has(text, part));
}

TEST_CASE("a name that the site does not show is not in the report") {
    Report report = chinese_report();
    report.patient = "";
    const std::string text = text_of(report);
    CHECK_FALSE(has(text, "张三"));
    CHECK_FALSE(has(text, "患者 "));
}

TEST_CASE("the same report is the same bytes, however many are made at one time") {
    const std::string first = render(fonts(), chinese_report(1)).value();
    std::vector<std::string> made(4);
    const auto many = [&](std::size_t i) {
        for (int k = 0; k < 5; ++k) made[i] = render(fonts(), chinese_report(k)).value();
        made[i] = render(fonts(), chinese_report(1)).value();
    };
    CHECK(weft::run([&] {
              weft::scope([&](weft::Scope& s) {
                  for (std::size_t i = 0; i < made.size(); ++i)
                      s.go("reports", [&, i] { weft::blocking("reports", [&] { many(i); }); });
              });
          }) == 0);
    for (const std::string& bytes : made) CHECK(bytes == first);
    CHECK(render(fonts(), chinese_report(2)).value() != first);
}

TEST_CASE("a patient's name that no font can draw fails the report and names the character") {
    Report report = chinese_report();
    report.patient = "\U00012000";
    const auto made = render(fonts(), report);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == "no-glyph");
    CHECK(has(made.error().text, "U+12000"));
}

TEST_CASE(
    "many answers go on over pages, each of which says what the columns are and whose it is") {
    Report report = chinese_report();
    report.language = Language::english;
    for (int i = 0; i < 100; ++i)
        report.lines.push_back({.question = "Question number " + std::to_string(i) + ".",
                                .answer = "Reply " + std::to_string(i) + "."});
    const std::string text = text_of(report);
    for (int i = 0; i < 100; ++i) {
        CHECK(count(text, "Question number " + std::to_string(i) + ".") == 1);
        CHECK(count(text, "Reply " + std::to_string(i) + ".") == 1);
    }
    const std::size_t pages = count(text, "\f");
    CHECK(pages >= 3);
    CHECK(has(text, "Page 3 of " + std::to_string(pages)));
    CHECK(count(text, "Question  ") == pages);
    CHECK(count(text, report.reference) == pages);
}

TEST_CASE("an answer that is longer than a page is all there") {
    Report report = chinese_report();
    report.lines.clear();
    std::string words;
    for (int i = 0; i < 2000; ++i) words += "w" + std::to_string(i) + " ";
    report.lines.push_back({.question = "Tell us.", .answer = words});
    const std::string text = text_of(report);
    for (int i = 0; i < 2000; i += 7) CHECK(has(text, "w" + std::to_string(i)));
    CHECK(has(text, "w1999"));
    CHECK(count(text, "Tell us.") == 1);
}

TEST_CASE("a title that fills a page is refused, not cut") {
    Report report = chinese_report();
    for (int i = 0; i < 12; ++i) report.questionnaire += report.questionnaire;
    CHECK(render(fonts(), report).error().code == "text-too-long");
}

}  // namespace cohort::report

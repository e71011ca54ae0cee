// SPDX-License-Identifier: Apache-2.0
// Reports for tests and figures; the people and their answers are invented.
#pragma once

#include <string>

#include "cohort/report/report.h"

namespace cohort::report {

/// A value a week, the last 12 on the day of the report.
inline std::vector<Measured> course_of(int points) {
    constexpr std::int64_t last_day = 20'779;  // 2026-11-22
    std::vector<Measured> course;
    for (int left = points - 1; left >= 0; --left)
        course.push_back({from_days(last_day - 7 * left), 12.0 + left * 9 / points + left * 7 % 4});
    return course;
}

/// A page of Chinese as in a study of depression: a name, twelve answers, a score with a course.
inline Report chinese_report(int number = 1) {
    Report report{.language = Language::chinese,
                  .study = "ST-2026 抗抑郁治疗随访研究",
                  .site = "协和医院 · 精神科",
                  .subject = "ST-001-" + std::to_string(number),
                  .patient = "张三",
                  .questionnaire = "情绪与睡眠周记",
                  .version = "1.2",
                  .submitted = parse_instant("2026-11-22T06:05:00Z").value(),
                  .offset_s = 8 * 3600,
                  .reported_by = "患者本人",
                  .reference = "0199d2a0-7b7a-7c3e-9d40-00000000" + std::to_string(1000 + number)};
    report.scores.push_back({.name = "情绪总分",
                             .value = "12",
                             .meaning = "中度：建议在一周内随访",
                             .trend = course_of(12),
                             .lowest = 0,
                             .highest = 27});
    report.scores.push_back({.name = "睡眠总分"});
    const char* questions[] = {"做事时提不起劲或没有兴趣",
                               "感到心情低落、沮丧或绝望",
                               "入睡困难、睡不安稳或睡眠过多",
                               "感觉疲倦或没有活力",
                               "食欲不振或吃太多",
                               "觉得自己很糟，或觉得自己很失败",
                               "对事物专注有困难",
                               "动作或说话速度缓慢到别人已经察觉",
                               "如出现发热（体温 ≥ 38.5 ℃），请立即联系研究医生"};
    const char* answers[] = {"完全不会", "好几天", "一半以上的天数", "几乎每天"};
    report.lines.push_back({.kind = Line::Kind::heading, .question = "过去两周"});
    int i = number;
    for (const char* question : questions)
        report.lines.push_back(
            {.depth = 1, .question = question, .answer = answers[i++ % 4], .flagged = i % 9 == 0});
    report.lines.push_back({.question = "体温", .answer = "36.8 ℃"});
    report.lines.push_back({.question = "目前用药", .answer = "盐酸舍曲林 50 mg，每日一次"});
    report.lines.push_back({.question = "还有什么想告诉医生的？"});
    return report;
}

}  // namespace cohort::report

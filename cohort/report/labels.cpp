// SPDX-License-Identifier: Apache-2.0
#include "cohort/report/labels.h"

namespace cohort::report {

static constexpr Labels english{
    .language = "en",
    .study = "Study",
    .site = "Site",
    .subject = "Subject",
    .patient = "Patient",
    .questionnaire = "Questionnaire",
    .submitted = "Submitted",
    .reported_by = "Reported by",
    .reference = "Reference",
    .scores = "Scores",
    .score = "Score",
    .value = "Value",
    .meaning = "Meaning",
    .answers = "Answers",
    .question = "Question",
    .answer = "Answer",
    .not_answered = "not answered",
    .no_value = "not computed: answers are missing",
    .course = "Course",
    .please_look = "Please look at this answer",
};

static constexpr Labels chinese{
    .language = "zh-CN",
    .study = "研究",
    .site = "中心",
    .subject = "受试者编号",
    .patient = "患者",
    .questionnaire = "问卷",
    .submitted = "提交时间",
    .reported_by = "填写人",
    .reference = "编号",
    .scores = "评分",
    .score = "评分项",
    .value = "得分",
    .meaning = "含义",
    .answers = "答卷",
    .question = "问题",
    .answer = "回答",
    .not_answered = "未作答",
    .no_value = "无法计算：缺少回答",
    .course = "变化趋势",
    .please_look = "请关注此回答",
};

const Labels& labels(Language language) {
    return language == Language::chinese ? chinese : english;
}

std::string page_of(Language language, std::size_t page, std::size_t pages) {
    const std::string this_one = std::to_string(page);
    const std::string all = std::to_string(pages);
    return language == Language::chinese ? "第 " + this_one + " 页，共 " + all + " 页"
                                         : "Page " + this_one + " of " + all;
}

}  // namespace cohort::report

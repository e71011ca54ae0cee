// SPDX-License-Identifier: Apache-2.0
#include "cohort/report/answers.h"

#include <utility>

#include "cohort/questionnaire/enable.h"

namespace cohort::report {

namespace {

using questionnaire::Answer;
using questionnaire::Coding;
using questionnaire::Item;
using questionnaire::ItemType;
using questionnaire::Questionnaire;
using questionnaire::Response;
using questionnaire::ResponseItem;
using questionnaire::Scope;
using questionnaire::Value;
using questionnaire::ValueKind;

class Lines {
  public:
    Lines(const Questionnaire& form, const Wording& wording) : form_(form), wording_(wording) {}

    void add(const std::vector<Item>& items, const Scope& at, int depth) {
        for (const Item& item : items) {
            if (item.hidden || item.type == ItemType::display) continue;
            bool found = false;
            for (const ResponseItem& given : *at.items) {
                if (given.link_id != item.link_id) continue;
                found = true;
                add_given(item, given, at, depth);
            }
            if (!found && !item.enable_expression && holds_enable_when(form_, item, at))
                add_missing(item, at, depth);
        }
    }

    std::vector<Line> take() && { return std::move(lines_); }

  private:
    void add_given(const Item& item, const ResponseItem& given, const Scope& at, int depth) {
        if (item.type == ItemType::group) {
            heading(item, depth);
            add(item.items,
                {.parent = &at, .items = &given.items, .definition = &item, .item = &given},
                depth + 1);
            return;
        }
        std::string text;
        for (const Answer& answer : given.answers) {
            if (!text.empty()) text += chinese() ? "；" : "; ";
            text += words(item, answer.value);
        }
        line(item, std::move(text), depth);
        for (const Answer& answer : given.answers)
            add(item.items,
                {.parent = &at,
                 .items = &answer.items,
                 .definition = &item,
                 .item = &given,
                 .answer = &answer},
                depth + 1);
    }

    // Asked, and nothing was said.
    void add_missing(const Item& item, const Scope& at, int depth) {
        static const std::vector<ResponseItem> nothing;
        if (item.type != ItemType::group) return line(item, "", depth);
        const ResponseItem absent{item.link_id, "", "", {}, {}};
        heading(item, depth);
        add(item.items, {.parent = &at, .items = &nothing, .definition = &item, .item = &absent},
            depth + 1);
    }

    void heading(const Item& item, int depth) {
        const std::string text = question(item);
        if (!text.empty())
            lines_.push_back({.kind = Line::Kind::heading, .depth = depth, .question = text});
    }

    void line(const Item& item, std::string answer, int depth) {
        const bool flagged = !answer.empty() && wording_.flagged.contains(item.link_id);
        lines_.push_back({.depth = depth,
                          .question = question(item),
                          .answer = std::move(answer),
                          .flagged = flagged});
    }

    std::string question(const Item& item) const {
        const std::string& prefix = item.prefix.in(wording_.texts);
        const std::string& text = item.text.in(wording_.texts);
        return prefix.empty() ? text : prefix + " " + text;
    }

    std::string words(const Item& item, const Value& value) const {
        switch (value.kind) {
            case ValueKind::boolean:
                if (chinese()) return value.text == "true" ? "是" : "否";
                return value.text == "true" ? "yes" : "no";
            case ValueKind::coding:
                return words(item, value.coding);
            case ValueKind::quantity: {
                const auto& quantity = value.quantity;
                const std::string& unit = quantity.unit.empty() ? quantity.code : quantity.unit;
                return quantity.comparator + quantity.value + (unit.empty() ? "" : " " + unit);
            }
            case ValueKind::attachment:
                return (chinese() ? "附件 " : "attachment ") + value.attachment.content_type;
            default:
                return value.text;
        }
    }

    // What the form calls it, in the wanted language; else what the answer says itself.
    std::string words(const Item& item, const Coding& given) const {
        for (const auto& option : item.options)
            if (option.value.kind == ValueKind::coding && option.value.coding.same_code(given) &&
                !option.value.coding.display.empty())
                return option.value.coding.display.in(wording_.texts);
        const auto* set = item.value_set.empty() ? nullptr : form_.value_set(item.value_set);
        const Coding* known = set == nullptr ? nullptr : set->find(given.code, &given.system);
        if (known != nullptr && !known->display.empty()) return known->display.in(wording_.texts);
        return given.display.empty() ? given.code : given.display.in(wording_.texts);
    }

    bool chinese() const { return wording_.language == Language::chinese; }

    const Questionnaire& form_;
    const Wording& wording_;
    std::vector<Line> lines_;
};

}  // namespace

std::vector<Line> lines_of(const Questionnaire& form, const Response& response,
                           const Wording& wording) {
    Lines lines(form, wording);
    lines.add(form.items, {.items = &response.items}, 0);
    return std::move(lines).take();
}

}  // namespace cohort::report

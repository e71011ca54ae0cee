// SPDX-License-Identifier: Apache-2.0
#include "cohort/epro/phone_faults.h"

#include <algorithm>
#include <string_view>

#include "cohort/questionnaire/elements.h"

namespace cohort::epro {

using questionnaire::Coding;
using questionnaire::EnableWhen;
using questionnaire::Item;
using questionnaire::ItemType;
using questionnaire::Operator;
using questionnaire::Quantity;
using questionnaire::Questionnaire;

namespace {

bool has_same_unit(const Quantity& a, const Quantity& b) {
    if (a.code.empty() && b.code.empty()) return a.unit == b.unit;
    return a.system == b.system && a.code == b.code;
}

// Two units that the server converts into one another; what it does not compare either is the same
// to both.
bool is_converted(const Coding& offered, const Quantity& limit) {
    const Quantity one{.value = "1", .system = offered.system, .code = offered.code};
    return !has_same_unit(one, limit) && questionnaire::order(one, limit).has_value();
}

class Finder {
  public:
    explicit Finder(const Questionnaire& form) : form_(form) {}

    std::vector<PublishingFault> find() {
        if (const json::Exact* items = form_.tree.find("item")) level(form_.items, *items, false);
        return std::move(faults_);
    }

  private:
    void fault(const char* code, const Item& item, const std::string& place, std::string_view why) {
        faults_.push_back({code, place, "the item \"" + item.link_id + "\": " + std::string(why)});
    }

    // Items were read from the tree's one by one: they stand in the same order. What lies in a
    // hidden item is hidden with it.
    void level(const std::vector<Item>& items, const json::Exact& trees, bool is_hidden) {
        for (std::size_t i = 0; i < items.size(); ++i) {
            const Item& item = items[i];
            extensions(item, trees.elements[i]);
            conditions(item);
            const bool is_unseen = is_hidden || item.hidden;
            if (item.required && (is_unseen || item.read_only) && is_question(item) &&
                !is_filled_in(item))
                fault("phone-never-asked", item, item.place + "/required",
                      "it is required, but readOnly or hidden, and nothing is filled in");
            if (const json::Exact* below = trees.elements[i].find("item"))
                level(item.items, *below, is_unseen);
        }
    }

    static bool is_question(const Item& item) {
        return item.type != ItemType::group && item.type != ItemType::display;
    }

    static bool is_filled_in(const Item& item) {
        return !item.initial.empty() ||
               std::ranges::any_of(item.options, [](const auto& option) { return option.initial; });
    }

    void extensions(const Item& item, const json::Exact& tree) {
        const json::Exact* all = tree.find("extension");
        if (all == nullptr) return;
        for (std::size_t i = 0; i < all->elements.size(); ++i) {
            const std::string& url = all->elements[i].find("url")->text;
            const std::string place = item.place + "/extension/" + std::to_string(i);
            if (url == questionnaire::extension::enable_when)
                fault("phone-enable-expression", item, place,
                      "enableWhenExpression is not evaluated on the phone; say it with enableWhen");
            if (url == questionnaire::extension::calculated)
                fault("phone-calculated", item, place,
                      "calculatedExpression is not evaluated on the phone; make it a score in the "
                      "rules");
            if (url == questionnaire::extension::min_quantity)
                units(item, item, item.min_quantity.value_or(Quantity()), place);
            if (url == questionnaire::extension::max_quantity)
                units(item, item, item.max_quantity.value_or(Quantity()), place);
        }
    }

    void conditions(const Item& item) {
        for (std::size_t i = 0; i < item.enable_when.size(); ++i) {
            const EnableWhen& when = item.enable_when[i];
            const bool is_of_order = when.op != Operator::exists && when.op != Operator::equal &&
                                     when.op != Operator::not_equal;
            const Item* question = form_.find(when.question);
            if (!is_of_order || question == nullptr) continue;
            if (when.answer.kind == questionnaire::ValueKind::quantity)
                units(item, *question, when.answer.quantity,
                      item.place + "/enableWhen/" + std::to_string(i));
        }
    }

    // `question` may be answered in a unit in which the phone does not know the limit.
    void units(const Item& item, const Item& question, const Quantity& limit,
               const std::string& place) {
        for (const Coding& unit : offered_by(question))
            if (is_converted(unit, limit))
                fault("phone-unit", item, place,
                      "the phone does not convert " + unit.code + " to " + limit.code +
                          "; offer one unit, the limit's");
    }

    std::vector<Coding> offered_by(const Item& question) const {
        if (!question.unit_value_set.empty()) {
            const auto* set = form_.value_set(question.unit_value_set);
            return set == nullptr ? std::vector<Coding>() : set->codings;
        }
        if (!question.unit_options.empty() || !question.unit) return question.unit_options;
        return {*question.unit};
    }

    const Questionnaire& form_;
    std::vector<PublishingFault> faults_;
};

}  // namespace

std::vector<PublishingFault> phone_faults(const Questionnaire& form) {
    return Finder(form).find();
}

}  // namespace cohort::epro

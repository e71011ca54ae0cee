// SPDX-License-Identifier: Apache-2.0
#include "cohort/questionnaire/circles.h"

#include <algorithm>
#include <map>

namespace cohort::questionnaire {
namespace {

// Depth first along what an item waits for, without recursion: a chain may be as long as the form,
// and a goroutine's stack is small.
class Search {
  public:
    explicit Search(const Questionnaire& form) : form_(form) { note(form.items, nullptr); }

    std::vector<std::vector<const Item*>> run() {
        for (const Item* item : in_order_)
            if (known_[item].seen == Seen::never) walk(item);
        return std::move(circles_);
    }

  private:
    enum class Seen { never, on_the_way, done };
    struct Known {
        std::vector<const Item*> waits_for = {};
        Seen seen = Seen::never;
    };
    struct Step {
        const Item* item;
        std::size_t next = 0;
    };

    void note(const std::vector<Item>& items, const Item* around) {
        for (const Item& item : items) {
            in_order_.push_back(&item);
            Known& known = known_[&item];
            if (around != nullptr) known.waits_for.push_back(around);
            for (const EnableWhen& when : item.enable_when)
                if (const Item* question = form_.find(when.question))
                    known.waits_for.push_back(question);
            note(item.items, &item);
        }
    }

    void walk(const Item* from) {
        std::vector<Step> way{{from}};
        known_[from].seen = Seen::on_the_way;
        while (!way.empty()) {
            Known& here = known_[way.back().item];
            if (way.back().next == here.waits_for.size()) {
                here.seen = Seen::done;
                way.pop_back();
                continue;
            }
            const Item* next = here.waits_for[way.back().next++];
            Known& there = known_[next];
            if (there.seen == Seen::on_the_way) keep_circle(way, next);
            if (there.seen != Seen::never) continue;
            there.seen = Seen::on_the_way;
            way.push_back({next});
        }
    }

    void keep_circle(const std::vector<Step>& way, const Item* closes_at) {
        auto& circle = circles_.emplace_back();
        auto step = std::find_if(way.begin(), way.end(),
                                 [&](const Step& s) { return s.item == closes_at; });
        for (; step != way.end(); ++step) circle.push_back(step->item);
    }

    const Questionnaire& form_;
    std::vector<const Item*> in_order_;  // as the form has them, so that faults have an order
    std::map<const Item*, Known> known_;
    std::vector<std::vector<const Item*>> circles_;
};

}  // namespace

std::vector<std::vector<const Item*>> find_circles(const Questionnaire& form) {
    return Search(form).run();
}

}  // namespace cohort::questionnaire

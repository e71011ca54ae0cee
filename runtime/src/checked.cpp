// SPDX-License-Identifier: Apache-2.0
#include "weft/checked.h"

#include <mutex>
#include <string>

#include "weft/ensure.h"

#include "runtime/src/goroutine.h"

namespace weft::inline abi1::detail {
namespace {

std::string place(const std::source_location& where) {
    return std::string(where.file_name()) + ":" + std::to_string(where.line());
}

}  // namespace

UseMarks::Use::Use(UseMarks& marks, bool writes, const std::source_location& where) noexcept
    : marks_(&marks), writes_(writes), where_(where) {
    const Goroutine* me = self();
    goroutine_ = me->id;
    name_ = me->name;
    std::lock_guard guard(marks.lock_);
    for (const Use* other = marks.uses_; other != nullptr; other = other->next_)
        if (writes || other->writes_) marks.report(*this, *other);
    next_ = marks.uses_;
    if (next_ != nullptr) next_->previous_ = this;
    marks.uses_ = this;
}

UseMarks::Use::~Use() {
    std::lock_guard guard(marks_->lock_);
    (previous_ != nullptr ? previous_->next_ : marks_->uses_) = next_;
    if (next_ != nullptr) next_->previous_ = previous_;
}

UseMarks::~UseMarks() {
    std::lock_guard guard(lock_);
    if (uses_ != nullptr)
        contract_broken("nobody uses it", "a Checked value was destroyed while it was in use",
                        uses_->where_);
}

void UseMarks::report(const Use& one, const Use& other) const noexcept {
    const auto describe = [](const Use& use) {
        std::string text = "goroutine " + std::to_string(use.goroutine_);
        if (use.name_ != nullptr) text += std::string(" \"") + use.name_ + "\"";
        return text + (use.writes_ ? " writes" : " reads");
    };
    std::string text = "unsynchronised use of ";
    text += name_ != nullptr ? std::string("\"") + name_ + "\"" : "a Checked value";
    text += " (made at " + place(made_at_) + "): " + describe(one) + " it at " + place(one.where_) +
            " while " + describe(other) + " it since " + place(other.where_);
    contract_broken("readers together, or one writer", text.c_str(), one.where_);
}

}  // namespace weft::inline abi1::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cohort/base/result.h"

namespace cohort::questionnaire {

/// A part of an expression.
struct ExpressionNode {
    enum class Kind {
        nothing,    ///< {}
        boolean,    ///< text "true" or "false"
        number,     ///< text as written
        string,     ///< text without its quotes
        moment,     ///< @2024-05-06
        variable,   ///< %name
        self,       ///< $this
        member,     ///< children[0].name; without children of what is in focus
        call,       ///< like member, the arguments after children[0]; `on_focus` without it
        element,    ///< children[0] [ children[1] ]
        minus,      ///< - children[0]
        operation,  ///< children[0] text children[1]
    };
    Kind kind = Kind::nothing;
    std::string text = {};
    std::vector<ExpressionNode> children = {};
    bool on_focus = false;  ///< of a call: there is no children[0] for what it is called on
    int height = 0;         ///< how deep evaluating it goes; a chain of operators is one level
};

/// An expression in the part of FHIRPath that scores and rules need. It has no clock and no way
/// out of the response, so the same answers always give the same score.
/// Source: FHIRPath N1; the functions weight() and ordinal() of SDC. The list is in
/// docs/questionnaires.md.
class Expression {
  public:
    /// Errors: invalid/expression, naming what is not understood or not supported.
    static Result<Expression> parse(std::string_view text);

    const ExpressionNode& root() const { return *root_; }
    /// Names after % but for "resource" and "context".
    const std::set<std::string>& variables() const { return variables_; }

  private:
    std::shared_ptr<const ExpressionNode> root_;
    std::set<std::string> variables_;
};

}  // namespace cohort::questionnaire

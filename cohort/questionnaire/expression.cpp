// SPDX-License-Identifier: Apache-2.0
#include "cohort/questionnaire/expression.h"

#include <algorithm>
#include <optional>

#include "cohort/questionnaire/moment.h"

namespace cohort::questionnaire {
namespace {

using Node = ExpressionNode;
using Kind = Node::Kind;

constexpr std::size_t length_max = 20'000;
// Parsing, evaluating and destroying recurse, on a goroutine's stack.
constexpr int depth_max = 12;
constexpr int height_max = 24;
constexpr int nodes_max = 400;

struct Function {
    std::string_view name;
    int least;
    int most;
};
constexpr Function functions[] = {
    {"where", 1, 1},     {"select", 1, 1},    {"repeat", 1, 1},     {"all", 1, 1},
    {"exists", 0, 1},    {"empty", 0, 0},     {"not", 0, 0},        {"hasValue", 0, 0},
    {"first", 0, 0},     {"last", 0, 0},      {"tail", 0, 0},       {"single", 0, 0},
    {"count", 0, 0},     {"sum", 0, 0},       {"min", 0, 0},        {"max", 0, 0},
    {"avg", 0, 0},       {"distinct", 0, 0},  {"allTrue", 0, 0},    {"anyTrue", 0, 0},
    {"iif", 2, 3},       {"weight", 0, 0},    {"ordinal", 0, 0},    {"descendants", 0, 0},
    {"toInteger", 0, 0}, {"toDecimal", 0, 0}, {"toString", 0, 0},   {"length", 0, 0},
    {"lower", 0, 0},     {"upper", 0, 0},     {"startsWith", 1, 1}, {"endsWith", 1, 1},
    {"contains", 1, 1},  {"substring", 1, 2}, {"join", 0, 1},       {"abs", 0, 0},
    {"round", 0, 1},     {"floor", 0, 0},     {"ceiling", 0, 0},    {"truncate", 0, 0},
    {"power", 1, 1},     {"exp", 0, 0},       {"ln", 0, 0},         {"sqrt", 0, 0},
};

constexpr std::string_view members[] = {
    "item", "answer", "value", "linkId", "text", "code", "system", "display", "unit", "status",
};

// From what binds last to what binds first.
constexpr std::string_view levels[][5] = {
    {"implies"},
    {"or", "xor"},
    {"and"},
    {"in", "contains"},
    {"=", "!="},
    {"<", ">", "<=", ">="},
    {"|"},
    {"+", "-", "&"},
    {"*", "/", "div", "mod"},
};

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

class Parser {
  public:
    Parser(std::string_view text, std::set<std::string>& variables)
        : text_(text), variables_(variables) {}

    Result<Node> parse() {
        Node root;
        if (text_.size() > length_max) {
            fail("it is too long");
        } else {
            next();
            if (binary(root, 0) && kind_ != Token::end) unexpected();
            if (root.height > height_max || nodes_ > nodes_max) fail("it is nested too deeply");
        }
        if (!problem_.empty()) return invalid("expression", problem_);
        return root;
    }

  private:
    enum class Token { end, name, number, string, moment, variable, sign };

    // These two are apart from what recurses: their temporaries would be in every frame.
    [[gnu::noinline]] bool fail(std::string_view what, std::string_view which = "",
                                std::string_view rest = "") {
        if (problem_.empty()) problem_ = std::string(what) + std::string(which) + std::string(rest);
        return false;
    }
    [[gnu::noinline]] bool unexpected() {
        if (kind_ == Token::end) return fail("it ends too early");
        return fail("\"", token_, "\" is not expected at character " + std::to_string(start_ + 1));
    }

    // --- words ----------------------------------------------------------------------------

    void skip_space() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' ||
                                      text_[at_] == '\t' || text_[at_] == '\r'))
            ++at_;
    }
    void take_while(bool (*wanted)(char)) {
        while (at_ < text_.size() && wanted(text_[at_])) ++at_;
    }

    void next() {
        skip_space();
        start_ = at_;
        kind_ = Token::end;
        if (at_ < text_.size()) read_token(text_[at_]);
        token_ = text_.substr(start_, at_ - start_);
    }

    void read_token(char c) {
        const auto in_name = [](char x) { return is_letter(x) || is_digit(x); };
        const auto goes_on = [](char x) {
            return (static_cast<unsigned char>(x) & 0xC0U) == 0x80U;
        };
        const auto in_moment = [](char x) {
            return is_digit(x) || x == '-' || x == ':' || x == 'T' || x == 'Z' || x == '+' ||
                   x == '.';
        };
        if (is_letter(c) || c == '$') {
            ++at_;
            take_while(in_name);
            kind_ = Token::name;
        } else if (is_digit(c)) {
            take_while(is_digit);
            if (at_ + 1 < text_.size() && text_[at_] == '.' && is_digit(text_[at_ + 1])) {
                ++at_;
                take_while(is_digit);
            }
            kind_ = Token::number;
        } else if (c == '%') {
            ++at_;
            take_while(in_name);
            kind_ = Token::variable;
        } else if (c == '@') {
            ++at_;
            take_while(in_moment);
            kind_ = Token::moment;
        } else if (c == '\'') {
            read_string();
        } else {
            ++at_;
            if ((c == '<' || c == '>' || c == '!') && at_ < text_.size() && text_[at_] == '=')
                ++at_;
            take_while(goes_on);  // half a character could not be quoted
            kind_ = Token::sign;
        }
    }

    void read_string() {
        kind_ = Token::string;
        string_.clear();
        for (++at_; at_ < text_.size() && text_[at_] != '\''; ++at_) {
            if (text_[at_] != '\\') {
                string_ += text_[at_];
                continue;
            }
            constexpr std::string_view letters = "nrtf'\"\\/`";
            constexpr std::string_view stand_for = "\n\r\t\f'\"\\/`";
            if (++at_ == text_.size()) break;
            const auto which = letters.find(text_[at_]);
            if (which == std::string_view::npos) {
                problem_ = "a string has an unknown escape";
                return;
            }
            string_ += stand_for[which];
        }
        if (at_ == text_.size())
            problem_ = "a string does not end";
        else
            ++at_;
    }

    bool is_sign(std::string_view sign) const { return kind_ == Token::sign && token_ == sign; }
    bool eat(std::string_view sign) {
        if (!is_sign(sign)) return false;
        next();
        return true;
    }

    // --- terms ----------------------------------------------------------------------------

    // The level of the operator that comes, counted from 1; 0 for none.
    std::size_t level_of_next() const {
        if (kind_ != Token::sign && kind_ != Token::name) return 0;
        for (std::size_t level = 0; level < std::size(levels); ++level)
            if (std::any_of(std::begin(levels[level]), std::end(levels[level]),
                            [this](std::string_view op) { return !op.empty() && op == token_; }))
                return level + 1;
        return 0;
    }

    // Operators of that level and those that bind more closely. One call an operator, not one a
    // level: a goroutine's stack is small.
    bool binary(Node& out, std::size_t least) {
        if (++depth_ > depth_max) return fail("it is nested too deeply");
        if (!unary(out)) return false;
        for (auto level = level_of_next(); level > 0 && level >= least; level = level_of_next()) {
            wrap(out, Kind::operation, token_);
            next();
            if (!binary(out.children.emplace_back(), level + 1)) return false;
            grow(out);
        }
        --depth_;
        return true;
    }

    // What was read becomes the first child of a new node in its place.
    [[gnu::noinline]] static void wrap(Node& node, Kind kind, std::string_view text) {
        Node whole{.kind = kind, .text = std::string(text)};
        whole.children.push_back(std::move(node));
        node = std::move(whole);
    }

    void grow(Node& node) {
        ++nodes_;
        for (std::size_t i = 0; i < node.children.size(); ++i) {
            const bool chain = node.kind == Kind::operation && i == 0;
            node.height = std::max(node.height, node.children[i].height + (chain ? 0 : 1));
        }
    }

    bool unary(Node& out) {
        const bool minus = is_sign("-");
        if (minus || is_sign("+")) next();
        if (!path(out)) return false;
        if (minus) {
            wrap(out, Kind::minus, "");
            grow(out);
        }
        return true;
    }

    bool path(Node& out) {
        if (!term(out)) return false;
        while (is_sign(".") || is_sign("[")) {
            const bool element = is_sign("[");
            next();
            if (!element) {
                if (kind_ != Token::name) return unexpected();
                if (!named(out, true)) return false;
                continue;
            }
            wrap(out, Kind::element, "");
            if (!binary(out.children.emplace_back(), 0)) return false;
            if (!eat("]")) return unexpected();
            grow(out);
        }
        return true;
    }

    bool literal(Node& out, Kind kind, std::string_view text) {
        if (!problem_.empty()) return false;
        out.kind = kind;
        out.text = std::string(text);
        next();
        return true;
    }

    bool term(Node& out) {
        switch (kind_) {
            case Token::number:
                return literal(out, Kind::number, token_);
            case Token::string:
                return literal(out, Kind::string, string_);
            case Token::moment:
                return moment(out);
            case Token::variable:
                return variable(out);
            case Token::name:
                return named(out, false);
            case Token::sign:
                return grouped(out);
            case Token::end:
                break;
        }
        return unexpected();
    }

    bool grouped(Node& out) {
        if (eat("{")) return eat("}") || unexpected();
        if (!eat("(")) return unexpected();
        return binary(out, 0) && (eat(")") || unexpected());
    }

    bool moment(Node& out) {
        const std::string_view text = token_.substr(1);
        const bool time = text.starts_with('T');
        if (!parse_moment(time ? "time" : "dateTime", time ? text.substr(1) : text))
            return fail("\"", token_, "\" is no date or time");
        return literal(out, Kind::moment, text);
    }

    [[gnu::noinline]] bool variable(Node& out) {
        const std::string_view name = token_.substr(1);
        if (name.empty()) return unexpected();
        if (name != "resource" && name != "context") variables_.emplace(name);
        return literal(out, Kind::variable, name);
    }

    // A name; `after` what stands before the dot and lies in `out`.
    bool named(Node& out, bool after) {
        const std::string_view name = token_;
        next();
        if (!after && (name == "true" || name == "false" || name == "$this")) {
            out.kind = name == "$this" ? Kind::self : Kind::boolean;
            out.text = std::string(name);
            return true;
        }
        if (is_sign("(")) return call(out, name, after);
        if (std::find(std::begin(members), std::end(members), name) == std::end(members))
            return fail("the element \"", name, "\" is not supported");
        begin(out, Kind::member, name, after);
        grow(out);
        return true;
    }

    [[gnu::noinline]] static void begin(Node& out, Kind kind, std::string_view name, bool after) {
        if (after) return wrap(out, kind, name);
        out.kind = kind;
        out.text = std::string(name);
    }

    static const Function* function_of(std::string_view name) {
        const auto* known = std::find_if(std::begin(functions), std::end(functions),
                                         [name](const Function& f) { return f.name == name; });
        return known == std::end(functions) ? nullptr : known;
    }

    bool call(Node& out, std::string_view name, bool after) {
        const Function* known = function_of(name);
        if (known == nullptr) return fail("the function \"", name, "\" is not supported");
        begin(out, Kind::call, name, after);
        out.on_focus = !after;
        eat("(");
        int arguments = 0;
        while (!is_sign(")")) {
            if (arguments > 0 && !eat(",")) return unexpected();
            if (!binary(out.children.emplace_back(), 0)) return false;
            ++arguments;
        }
        next();
        if (arguments < known->least || arguments > known->most)
            return fail("\"", name, "\" has the wrong number of arguments");
        grow(out);
        return true;
    }

    std::string_view text_;
    std::set<std::string>& variables_;
    std::size_t at_ = 0;
    std::size_t start_ = 0;
    int depth_ = 0;
    int nodes_ = 0;
    Token kind_ = Token::end;
    std::string_view token_;
    std::string string_;
    std::string problem_;
};

}  // namespace

Result<Expression> Expression::parse(std::string_view text) {
    Expression out;
    out.root_ = std::make_shared<const Node>(TRY(Parser(text, out.variables_).parse()));
    return out;
}

}  // namespace cohort::questionnaire

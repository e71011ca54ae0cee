// SPDX-License-Identifier: Apache-2.0
// A program of steps run by all its threads at once, one character after the other: a step is in
// the list of threads once at most, which is the bound on the time.
// Source: Thompson, "Regular Expression Search Algorithm", CACM 1968.
#include "cohort/questionnaire/pattern.h"

#include <algorithm>

namespace cohort::questionnaire {
namespace {

constexpr std::size_t steps_max = 4000;
constexpr int depth_max = 40;
constexpr char32_t last_character = 0x10FFFF;

using Ranges = std::vector<std::pair<char32_t, char32_t>>;

Ranges opposite(Ranges ranges) {
    std::sort(ranges.begin(), ranges.end());
    Ranges out;
    char32_t next = 0;
    for (const auto& [low, high] : ranges) {
        if (low > next) out.emplace_back(next, low - 1);
        next = std::max(next, static_cast<char32_t>(high + 1));
    }
    if (next <= last_character) out.emplace_back(next, last_character);
    return out;
}

// What \d, \w, \s and their opposites stand for.
std::optional<Ranges> shorthand(char32_t letter) {
    Ranges digits = {{'0', '9'}};
    Ranges word = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
    Ranges space = {{'\t', '\r'}, {' ', ' '}, {0xA0, 0xA0}, {0x2000, 0x200A}, {0x3000, 0x3000}};
    switch (letter) {
        case 'd':
            return digits;
        case 'D':
            return opposite(digits);
        case 'w':
            return word;
        case 'W':
            return opposite(word);
        case 's':
            return space;
        case 'S':
            return opposite(space);
        default:
            return std::nullopt;
    }
}

std::optional<char32_t> control(char32_t letter) {
    switch (letter) {
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        default:
            return std::nullopt;
    }
}

bool is_letter_or_digit(char32_t c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

std::vector<char32_t> characters_of(std::string_view text) {
    std::vector<char32_t> out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : 4;
        char32_t c = length == 1 ? lead : lead & (0x7Fu >> length);
        bool whole = lead < 0x80 || (lead >= 0xC2 && lead < 0xF5 && i + length <= text.size());
        for (std::size_t k = 1; whole && k < length; ++k) {
            const auto next = static_cast<unsigned char>(text[i + k]);
            whole = next >> 6 == 2;
            c = c << 6 | (next & 0x3Fu);
        }
        out.push_back(whole ? c : 0xFFFD);
        i += whole ? length : 1;
    }
    return out;
}

bool Pattern::Class::has(char32_t c) const {
    const bool inside = std::any_of(ranges.begin(), ranges.end(), [c](const auto& range) {
        return range.first <= c && c <= range.second;
    });
    return inside != negated;
}

// Writes the steps of a branch, a repetition or an atom while reading it; a repetition copies what
// it repeats.
class PatternParser {
  public:
    explicit PatternParser(std::string_view text) : text_(characters_of(text)) {}

    std::optional<Pattern> parse() {
        if (!branches() || at_ < text_.size()) return std::nullopt;
        out_.steps_.push_back({Pattern::Op::done});
        return std::move(out_);
    }

  private:
    using Op = Pattern::Op;
    using Steps = std::vector<Pattern::Step>;

    bool next_is(char32_t c) const { return at_ < text_.size() && text_[at_] == c; }
    bool eat(char32_t c) {
        if (!next_is(c)) return false;
        ++at_;
        return true;
    }
    std::size_t here() const { return out_.steps_.size(); }
    bool small() const { return here() < steps_max; }

    // Puts a step before what stands from `start` on; jumps inside move with it.
    void insert(std::size_t start, Pattern::Step step) {
        for (std::size_t i = start; i < here(); ++i) move(out_.steps_[i], start, 1);
        out_.steps_.insert(out_.steps_.begin() + static_cast<std::ptrdiff_t>(start), step);
    }
    static void move(Pattern::Step& step, std::size_t from, std::size_t by) {
        if (step.op != Op::split && step.op != Op::jump) return;
        if (step.a >= from) step.a += by;
        if (step.b >= from) step.b += by;
    }

    bool branches() {
        if (++depth_ > depth_max) return false;
        const std::size_t start = here();
        if (!sequence()) return false;
        while (eat('|')) {
            insert(start, {Op::split, start + 1, here() + 2});
            const std::size_t leave = here();
            out_.steps_.push_back({Op::jump, 0, 0});
            if (!sequence() || !small()) return false;
            // A jump's b is unused, but moves with it.
            out_.steps_[leave].a = out_.steps_[leave].b = here();
        }
        --depth_;
        return true;
    }

    bool sequence() {
        while (at_ < text_.size() && !next_is('|') && !next_is(')')) {
            const std::size_t start = here();
            if (!atom() || !repetition(start) || !small()) return false;
        }
        return true;
    }

    bool atom() {
        if (eat('^')) return put({Op::at_start});
        if (eat('$')) return put({Op::at_end});
        if (eat('(')) {
            if (eat('?') && !eat(':')) return false;
            return branches() && eat(')');
        }
        if (eat('[')) return character_class();
        if (eat('.')) return put_class({{{'\n', '\n'}}, true});
        if (eat('\\')) return escape();
        const char32_t c = text_[at_];
        if (c == '*' || c == '+' || c == '?' || c == '{') return false;
        ++at_;
        return put_class({{{c, c}}, false});
    }

    bool put(Pattern::Step step) {
        out_.steps_.push_back(step);
        return true;
    }
    bool put_class(Pattern::Class wanted) {
        out_.classes_.push_back(std::move(wanted));
        return put({Op::character, out_.classes_.size() - 1, 0});
    }

    bool escape() {
        if (at_ == text_.size()) return false;
        const char32_t c = text_[at_++];
        if (auto ranges = shorthand(c)) return put_class({std::move(*ranges), false});
        if (const auto named = control(c)) return put_class({{{*named, *named}}, false});
        if (is_letter_or_digit(c)) return false;
        return put_class({{{c, c}}, false});
    }

    // One character of a class, or the ranges of a shorthand in it.
    std::optional<Ranges> class_part() {
        if (at_ == text_.size()) return std::nullopt;
        char32_t c = text_[at_++];
        if (c == '\\') {
            if (at_ == text_.size()) return std::nullopt;
            c = text_[at_++];
            if (auto ranges = shorthand(c)) return ranges;
            if (const auto named = control(c))
                c = *named;
            else if (is_letter_or_digit(c))
                return std::nullopt;
        }
        return Ranges{{c, c}};
    }

    bool character_class() {
        Pattern::Class wanted;
        wanted.negated = eat('^');
        while (!next_is(']')) {
            auto part = class_part();
            if (!part) return false;
            const bool single = part->size() == 1 && part->front().first == part->front().second;
            if (single && next_is('-') && at_ + 1 < text_.size() && text_[at_ + 1] != ']') {
                ++at_;
                const auto high = class_part();
                if (!high || high->size() != 1 || high->front().first < part->front().first)
                    return false;
                part->front().second = high->front().second;
            }
            wanted.ranges.insert(wanted.ranges.end(), part->begin(), part->end());
        }
        return eat(']') && put_class(std::move(wanted));
    }

    std::optional<std::size_t> number() {
        std::size_t value = 0;
        const std::size_t start = at_;
        while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9' && value < 10000)
            value = value * 10 + (text_[at_++] - '0');
        return at_ == start ? std::nullopt : std::optional(value);
    }

    bool repetition(std::size_t start) {
        std::size_t least = 1;
        std::optional<std::size_t> most = 1;
        if (eat('*')) {
            least = 0;
            most = std::nullopt;
        } else if (eat('+')) {
            most = std::nullopt;
        } else if (eat('?')) {
            least = 0;
        } else if (eat('{')) {
            const auto low = number();
            if (!low) return false;
            least = *low;
            most = least;
            if (eat(',')) most = number();
            if (!eat('}') || (most && *most < least)) return false;
        } else {
            return true;
        }
        eat('?');  // which match is found first makes no difference to whether there is one
        if (next_is('*') || next_is('+') || next_is('{')) return false;
        return repeat(start, least, most);
    }

    bool repeat(std::size_t start, std::size_t least, std::optional<std::size_t> most) {
        const Steps body(out_.steps_.begin() + static_cast<std::ptrdiff_t>(start),
                         out_.steps_.end());
        out_.steps_.resize(start);
        if (body.size() * (most.value_or(least) + 1) > steps_max) return false;
        const auto copy = [&] {
            const std::size_t by = here() - start;
            for (Pattern::Step step : body) {
                move(step, 0, by);
                out_.steps_.push_back(step);
            }
        };
        for (std::size_t i = 0; i < least; ++i) copy();
        if (!most) {
            const std::size_t loop = here();
            put({Op::split, loop + 1, loop + 2 + body.size()});
            copy();
            return put({Op::jump, loop, loop}) && small();
        }
        for (std::size_t i = least; i < *most; ++i) {
            const std::size_t split = here();
            put({Op::split, split + 1, split + 1 + body.size()});
            copy();
        }
        return small();
    }

    std::vector<char32_t> text_;
    std::size_t at_ = 0;
    int depth_ = 0;
    Pattern out_;
};

// Steps that wait for a character, each once.
struct Pattern::Threads {
    std::vector<std::size_t> waiting;
    std::vector<bool> seen;
    bool done = false;
};

void Pattern::add(Threads& threads, std::size_t first, bool at_start, bool at_end) const {
    std::vector<std::size_t> open = {first};
    while (!open.empty()) {
        const std::size_t step = open.back();
        open.pop_back();
        if (threads.seen[step]) continue;
        threads.seen[step] = true;
        const Step& now = steps_[step];
        switch (now.op) {
            case Op::character:
                threads.waiting.push_back(step);
                break;
            case Op::split:
                open.push_back(now.b);
                open.push_back(now.a);
                break;
            case Op::jump:
                open.push_back(now.a);
                break;
            case Op::at_start:
                if (at_start) open.push_back(step + 1);
                break;
            case Op::at_end:
                if (at_end) open.push_back(step + 1);
                break;
            case Op::done:
                threads.done = true;
                break;
        }
    }
}

std::optional<Pattern> Pattern::compile(std::string_view text) {
    return PatternParser(text).parse();
}

bool Pattern::matches(std::string_view text) const {
    const std::vector<char32_t> characters = characters_of(text);
    const auto fresh = [this] { return Threads{{}, std::vector<bool>(steps_.size()), false}; };
    Threads now = fresh();
    add(now, 0, true, characters.empty());
    for (std::size_t i = 0; i < characters.size(); ++i) {
        Threads next = fresh();
        for (const std::size_t step : now.waiting)
            if (classes_[steps_[step].a].has(characters[i]))
                add(next, step + 1, false, i + 1 == characters.size());
        now = std::move(next);
    }
    return now.done;
}

}  // namespace cohort::questionnaire

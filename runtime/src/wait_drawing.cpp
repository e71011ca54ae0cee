// SPDX-License-Identifier: Apache-2.0
// Rows of boxes: who is waited for stands below who waits, by the longest way, and arrows that a
// longer way says already are left out; one that goes round in a circle leads back up at the side.
// Attributes instead of a style sheet: a server's content security policy may forbid the latter.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/src/markup.h"
#include "runtime/src/report.h"
#include "runtime/src/wait_map.h"

namespace weft::inline abi1::detail {
namespace {

constexpr std::size_t most_drawn = 60;
constexpr int box_wide = 280;
constexpr int box_high = 84;
constexpr int gap = 36;
constexpr int between_rows = 56;
constexpr std::size_t in_a_row = 6;
constexpr std::size_t letters = 40;  // of the small type fit a box

struct Box {
    std::size_t place = 0;
    std::vector<std::size_t> waits_for;  // boxes
    std::size_t row = 0;
    int x = 0;
    int y = 0;
    enum class Visit : std::uint8_t { no, under_way, done } visit = Visit::no;
};

class Drawing {
  public:
    explicit Drawing(const WaitMap& map) : map_(map) {
        choose();
        for (std::size_t i = 0; i < boxes_.size(); ++i) descend(i);
        put_in_rows();
    }

    std::string svg() const {
        std::string text =
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"Who waits for "
            "whom\" font-family=\"monospace\" font-size=\"11\"" +
            attribute("width", width_) + attribute("height", height_) + " viewBox=\"0 0 " +
            std::to_string(width_) + ' ' + std::to_string(height_) + "\">\n" +
            arrow_head("#444", "arrow") + arrow_head("#b00020", "stuck");
        for (const auto& [ends, count] : map_.arrows) text += arrow(ends.first, ends.second, count);
        for (const Box& box : boxes_) text += drawn(box);
        if (left_out_ > 0)
            text += words(gap, height_ - 12, "#444",
                          "and " + std::to_string(left_out_) + " places more, see the list", false);
        return text + "</svg>\n";
    }

  private:
    // Those that an arrow touches, in the map's order.
    void choose() {
        std::vector<bool> touched(map_.places.size());
        for (const auto& [ends, count] : map_.arrows)
            touched[ends.first] = touched[ends.second] = true;
        box_of_.assign(map_.places.size(), none);
        for (std::size_t i = 0; i < map_.places.size(); ++i) {
            if (!touched[i]) continue;
            if (boxes_.size() == most_drawn) {
                ++left_out_;
                continue;
            }
            box_of_[i] = boxes_.size();
            boxes_.emplace_back().place = i;
        }
        for (const auto& [ends, count] : map_.arrows)
            if (is_drawn(ends.first) && is_drawn(ends.second) && ends.first != ends.second)
                boxes_[box_of_[ends.first]].waits_for.push_back(box_of_[ends.second]);
    }

    bool is_drawn(std::size_t place) const { return box_of_[place] != none; }

    // In the order in which they are done, the last first, all arrows but those of circles lead on.
    void descend(std::size_t from) {
        std::vector<std::size_t> path{from};
        while (!path.empty()) {
            Box& box = boxes_[path.back()];
            if (box.visit == Box::Visit::done) {
                path.pop_back();
                continue;
            }
            box.visit = Box::Visit::under_way;
            const auto next = std::find_if(
                box.waits_for.begin(), box.waits_for.end(),
                [&](std::size_t peer) { return boxes_[peer].visit == Box::Visit::no; });
            if (next != box.waits_for.end()) {
                path.push_back(*next);
                continue;
            }
            box.visit = Box::Visit::done;
            done_.push_back(path.back());
            path.pop_back();
        }
    }

    bool leads_on(std::size_t from, std::size_t to) const { return turn_[to] < turn_[from]; }

    void put_in_rows() {
        turn_.resize(boxes_.size());
        for (std::size_t i = 0; i < done_.size(); ++i) turn_[done_[i]] = i;
        std::size_t last = 0;
        for (auto at = done_.rbegin(); at != done_.rend(); ++at)
            for (const std::size_t peer : boxes_[*at].waits_for)
                if (leads_on(*at, peer)) {
                    boxes_[peer].row = std::max(boxes_[peer].row, boxes_[*at].row + 1);
                    last = std::max(last, boxes_[peer].row);
                }
        int y = gap;
        for (std::size_t row = 0; row <= last; ++row) y = put_row(row, y);
        height_ = std::max(y, 2 * gap);
    }

    // Each as near as may be below those that wait for it.
    int put_row(std::size_t row, int y) {
        std::vector<std::pair<int, std::size_t>> wanted;
        for (std::size_t i = 0; i < boxes_.size(); ++i)
            if (boxes_[i].row == row) wanted.emplace_back(x_of_those_above(i), i);
        if (wanted.empty()) return y;
        std::sort(wanted.begin(), wanted.end());
        int free_from = gap;
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            if (i > 0 && i % in_a_row == 0) {
                y += box_high + gap;
                free_from = gap;
            }
            Box& box = boxes_[wanted[i].second];
            const bool fits = wanted.size() <= in_a_row;
            box.x = fits ? std::max(free_from, wanted[i].first) : free_from;
            box.y = y;
            free_from = box.x + box_wide + gap;
            width_ = std::max(width_, free_from + gap);
        }
        return y + box_high + between_rows;
    }

    int x_of_those_above(std::size_t of) const {
        int sum = 0;
        int count = 0;
        for (std::size_t i = 0; i < boxes_.size(); ++i) {
            const auto& peers = boxes_[i].waits_for;
            if (!leads_on(i, of) || std::find(peers.begin(), peers.end(), of) == peers.end())
                continue;
            sum += boxes_[i].x;
            ++count;
        }
        return count == 0 ? 0 : sum / count;
    }

    // Whether a way of more than one arrow leads there, too.
    bool has_detour(std::size_t from, std::size_t to) const {
        if (!leads_on(from, to)) return false;
        std::vector<std::size_t> todo;
        std::vector<bool> met(boxes_.size());
        const auto meet = [&](std::size_t of) {
            for (const std::size_t peer : boxes_[of].waits_for) {
                if (!leads_on(of, peer) || met[peer] || (of == from && peer == to)) continue;
                met[peer] = true;
                todo.push_back(peer);
            }
        };
        meet(from);
        while (!todo.empty() && !met[to]) {
            const std::size_t next = todo.back();
            todo.pop_back();
            meet(next);
        }
        return met[to];
    }

    static std::string attribute(const char* name, int value) {
        return std::string(" ") + name + "=\"" + std::to_string(value) + '"';
    }

    static std::string arrow_head(const char* colour, const char* id) {
        return std::string("<marker id=\"") + id +
               "\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" "
               "orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"" +
               colour + "\"/></marker>\n";
    }

    static std::string words(int x, int y, const char* colour, const std::string& text, bool bold) {
        return "<text" + attribute("x", x) + attribute("y", y) + " fill=\"" + colour + '"' +
               (bold ? " font-weight=\"bold\"" : "") + '>' + escaped(text) + "</text>\n";
    }

    std::string arrow(std::size_t waits, std::size_t awaited, std::size_t count) const {
        if (!is_drawn(waits) || !is_drawn(awaited)) return {};
        if (has_detour(box_of_[waits], box_of_[awaited])) return {};
        const Box& from = boxes_[box_of_[waits]];
        const Box& to = boxes_[box_of_[awaited]];
        const bool stuck = map_.places[waits].stuck;
        const bool down = from.y < to.y;
        const std::array<int, 2> start = down ? bottom(from) : side(from, -10);
        const std::array<int, 2> end = down ? top(to) : side(to, 10);
        const int out = down ? 0 : gap;
        const int reach = down ? (end[1] - start[1]) / 2 : 0;
        std::string text = "<path d=\"M" + point(start[0], start[1]) + 'C' +
                           point(start[0] + out, start[1] + reach) + ' ' +
                           point(end[0] + out, end[1] - reach) + ' ' + point(end[0], end[1]) +
                           "\" fill=\"none\" stroke=\"" + (stuck ? "#b00020" : "#444") +
                           "\" stroke-width=\"1.5\" marker-end=\"url(#" +
                           (stuck ? "stuck" : "arrow") + ")\"/>\n";
        if (count > 1)
            text += words((start[0] + end[0]) / 2 + out, (start[1] + end[1]) / 2, "#444",
                          "\u00d7" + std::to_string(count), false);
        return text;
    }

    static std::string point(int x, int y) { return std::to_string(x) + ' ' + std::to_string(y); }
    static std::array<int, 2> bottom(const Box& box) {
        return {box.x + box_wide / 2, box.y + box_high};
    }
    static std::array<int, 2> top(const Box& box) { return {box.x + box_wide / 2, box.y}; }
    static std::array<int, 2> side(const Box& box, int below_middle) {
        return {box.x + box_wide, box.y + box_high / 2 + below_middle};
    }

    std::string drawn(const Box& box) const {
        const WaitPlace& at = map_.places[box.place];
        const char* const colour = at.stuck ? "#b00020" : "#1a1a1a";
        std::string text = "<rect" + attribute("x", box.x) + attribute("y", box.y) +
                           attribute("width", box_wide) + attribute("height", box_high) +
                           " rx=\"6\" fill=\"" + (at.stuck ? "#fdecea" : "#f6f6f4") +
                           "\" stroke=\"" + (at.stuck ? "#b00020" : "#777") + "\"><title>" +
                           escaped(title(at) + "; started at " + at.started_at) +
                           "</title></rect>\n";
        const int x = box.x + 10;
        text += words(x, box.y + 20, colour, title(at), true);
        text += words(x, box.y + 38, colour, beginning_of(what_it_does(at)), false);
        text += words(x, box.y + 55, colour, how_long(at), false);
        return text + words(x, box.y + 72, "#555", end_of(at.waits_at), false);
    }

    static std::string what_it_does(const WaitPlace& at) {
        return at.object.empty() ? at.state : at.state + " \"" + at.object + '"';
    }
    static std::string how_long(const WaitPlace& at) {
        std::string text = at.waits_at.empty() ? "" : "for " + readable(at.longest);
        if (at.stuck) text += text.empty() ? "STUCK" : ", STUCK";
        return text;
    }
    static std::string title(const WaitPlace& at) {
        std::string text = at.name.empty() ? "goroutine " + std::to_string(at.example) : at.name;
        return at.count > 1 ? text + " \u00d7 " + std::to_string(at.count) : text;
    }
    static std::string beginning_of(const std::string& text) {
        return text.size() <= letters ? text : text.substr(0, whole(text, letters - 1)) + "\u2026";
    }
    // A path's end says more than its beginning.
    static std::string end_of(const std::string& text) {
        if (text.size() <= letters) return text;
        return "\u2026" + text.substr(whole(text, text.size() - letters + 1));
    }
    // A place at or before `at` where no character of UTF-8 is cut.
    static std::size_t whole(const std::string& text, std::size_t at) {
        while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
        return at;
    }

    static constexpr std::size_t none = SIZE_MAX;
    const WaitMap& map_;
    std::vector<std::size_t> box_of_;  // by place
    std::vector<Box> boxes_;
    std::vector<std::size_t> done_;
    std::vector<std::size_t> turn_;  // of a box, among the done
    std::size_t left_out_ = 0;
    int width_ = box_wide;
    int height_ = 0;
};

}  // namespace

std::string draw(const WaitMap& map) {
    return Drawing(map).svg();
}

}  // namespace weft::inline abi1::detail

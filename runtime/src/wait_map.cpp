// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/wait_map.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "runtime/src/goroutine.h"
#include "runtime/src/json.h"
#include "runtime/src/liveness.h"
#include "runtime/src/report.h"

namespace weft::inline abi1::detail {
namespace {

// Only one at each place is looked at closely, for its stack and for what it waits for.
struct Key {
    const char* name;
    const char* state;
    std::pair<const char*, std::uint32_t> waits_at;
    std::pair<const char*, std::uint32_t> started_at;
    bool stuck;
    auto tied() const { return std::tie(name, state, waits_at, started_at, stuck); }
    bool operator<(const Key& other) const { return tied() < other.tied(); }
};

std::pair<const char*, std::uint32_t> line(const std::source_location& where) {
    return {where.file_name(), where.line()};
}

const char* state_of(const Seen& seen) {
    if (seen.is_waiting) return to_string(seen.waits.kind);
    return seen.is_fresh ? "not yet run" : "running";
}

Key key_of(const Seen& seen) {
    return {seen.name, state_of(seen), line(seen.waits.where), line(seen.started_at), !seen.live};
}

WaitPlace place_of(const Seen& seen) {
    WaitPlace at;
    if (seen.name != nullptr) at.name = seen.name;
    at.state = state_of(seen);
    at.waits_at = place(seen.waits.where);
    at.started_at = place(seen.started_at);
    at.example = seen.id;
    at.stuck = !seen.live;
    if (!seen.is_waiting) return at;
    const ReportedGoroutine who = look_at(seen.goroutine);
    if (who.id != seen.id || who.state != at.state) return at;  // it has gone on since
    at.waits_at = line_of(who);
    at.object = who.waits_on;
    return at;
}

void add(WaitPlace& at, const Seen& seen, std::int64_t now) {
    ++at.count;
    at.anybody |= seen.anybody;
    if (seen.is_waiting)
        at.longest =
            std::max(at.longest, Duration(std::max<std::int64_t>(0, now - seen.waits.since)));
}

// At which place of the map each of them stands.
std::vector<std::size_t> sorted(const std::vector<WaitPlace>& places) {
    std::vector<std::size_t> order(places.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return std::tuple(places[b].stuck, places[b].count, places[a].example) <
               std::tuple(places[a].stuck, places[a].count, places[b].example);
    });
    std::vector<std::size_t> rank(places.size());
    for (std::size_t i = 0; i < order.size(); ++i) rank[order[i]] = i;
    return rank;
}

}  // namespace

WaitMap map_waits() {
    const std::vector<Seen> all = see_who_waits_for_whom();
    std::map<Key, std::size_t> index;
    std::vector<WaitPlace> places;
    std::vector<std::size_t> place_by_seen;
    for (const Seen& seen : all) {
        const auto [at, is_new] = index.try_emplace(key_of(seen), places.size());
        if (is_new) places.push_back(place_of(seen));
        add(places[at->second], seen, coarse_now());
        place_by_seen.push_back(at->second);
    }
    const auto rank = sorted(places);
    WaitMap map;
    map.places.resize(places.size());
    for (std::size_t i = 0; i < places.size(); ++i) map.places[rank[i]] = std::move(places[i]);
    for (std::size_t i = 0; i < all.size(); ++i)
        for (const std::size_t peer : all[i].could_end)
            ++map.arrows[{rank[place_by_seen[i]], rank[place_by_seen[peer]]}];
    return map;
}

std::string WaitMap::json() const {
    const auto place_json = [](const WaitPlace& at) {
        Json json('{');
        json.add("name", at.name).add("state", at.state).add("waits_on", at.object);
        json.add("waits_at", at.waits_at).add("started_at", at.started_at);
        json.raw("count", std::to_string(at.count)).raw("example", std::to_string(at.example));
        if (!at.waits_at.empty()) json.raw("longest_ms", milliseconds(at.longest));
        json.raw("stuck", at.stuck ? "true" : "false");
        json.raw("others_could_end_it", at.anybody ? "true" : "false");
        return json.end();
    };
    Json arrows_json('[');
    for (const auto& [ends, count] : arrows)
        arrows_json.item(Json('{')
                             .raw("waits", std::to_string(ends.first))
                             .raw("for", std::to_string(ends.second))
                             .raw("count", std::to_string(count))
                             .end());
    return Json('{').raw("places", list(places, place_json)).raw("arrows", arrows_json.end()).end();
}

}  // namespace weft::inline abi1::detail

// SPDX-License-Identifier: Apache-2.0
// A dump by groups. Unwinding each of a million stacks would take a page more of each, since the
// unwinder runs below the parked frames, and seconds. So each stack is only read: goroutines whose
// stacks hold the same code addresses in the same order, and that wait and were started at the same
// line, are in the same place, and one of them is unwound. Words that are left over from earlier
// calls may tell two goroutines apart that are not; the unwound stacks bring them together again.
#include "weft/dump.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <link.h>
#include <source_location>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/src/goroutine.h"
#include "runtime/src/symbolize.h"

#define WEFT_READS_FOREIGN_STACKS __attribute__((no_sanitize("address")))

namespace weft::inline abi1::detail {
namespace {

constexpr std::size_t places_max = 4096;
constexpr std::size_t words_max = 2048;  // of a stack that is read

using Hash = std::uint64_t;

Hash mix(Hash hash, std::uint64_t word) noexcept {
    hash = (hash ^ word) * 0x9e37'79b9'7f4a'7c15U;
    return hash ^ (hash >> 29);
}

Hash mix(Hash hash, const std::source_location& where) noexcept {
    return mix(mix(hash, reinterpret_cast<std::uintptr_t>(where.file_name())), where.line());
}

/// The addresses at which this process has code.
class Code {
  public:
    Code() {
        dl_iterate_phdr(
            [](dl_phdr_info* info, std::size_t, void* code) {
                for (int i = 0; i < info->dlpi_phnum; ++i) {
                    const auto& part = info->dlpi_phdr[i];
                    if (part.p_type != PT_LOAD || (part.p_flags & PF_X) == 0) continue;
                    const auto begin = info->dlpi_addr + part.p_vaddr;
                    static_cast<Code*>(code)->parts_.emplace_back(begin, begin + part.p_memsz);
                }
                return 0;
            },
            this);
        std::sort(parts_.begin(), parts_.end());
    }
    bool has(std::uintptr_t address) const noexcept {
        const auto after =
            std::upper_bound(parts_.begin(), parts_.end(), std::pair(address, std::uintptr_t(-1)));
        return after != parts_.begin() && address < std::prev(after)->second;
    }

  private:
    std::vector<std::pair<std::uintptr_t, std::uintptr_t>> parts_;
};

enum class State : std::uint8_t { waits, runs, fresh };

/// Where some goroutines are.
struct Place {
    State state = State::runs;
    bool thread = false;
    std::size_t count = 0;
    WaitNote note;
    std::source_location spawned_at;
    std::int64_t longest_ns = 0;
    std::int64_t shortest_ns = INT64_MAX;
    std::uint64_t example = 0;
    std::string name;      // the example's
    std::string waits_on;  // the example's
    Frames frames;
};

class Census {
  public:
    void see(Goroutine* g) {
        const Life life = g->life.load(std::memory_order_acquire);
        if (life == Life::free) return;
        if (begin_inspection(g)) {
            see_waiting(g);
        } else if (g->thread == nullptr) {
            const State state = life == Life::fresh ? State::fresh : State::runs;
            const Hash hash = mix(static_cast<Hash>(state) + 1, g->spawned_at);
            if (Place* place = count(hash, g)) place->state = state;
        }
    }

    /// The places, the most numerous first. Goroutines beyond them: `others`.
    std::vector<Place> places() {
        std::unordered_map<Hash, Place> merged;
        for (auto& [hash, place] : found_) {
            const auto [at, made] = merged.try_emplace(identity(place), std::move(place));
            if (made) continue;
            at->second.count += place.count;
            at->second.longest_ns = std::max(at->second.longest_ns, place.longest_ns);
            at->second.shortest_ns = std::min(at->second.shortest_ns, place.shortest_ns);
        }
        std::vector<Place> all;
        for (auto& [hash, place] : merged) all.push_back(std::move(place));
        std::sort(all.begin(), all.end(), [](const Place& a, const Place& b) {
            return std::pair(b.count, a.example) < std::pair(a.count, b.example);
        });
        return all;
    }
    std::size_t seen() const noexcept { return seen_; }
    std::size_t others() const noexcept { return others_; }

  private:
    void see_waiting(Goroutine* g) {
        const Hash hash = hash_waiting(g);
        const auto waited = std::max<std::int64_t>(0, coarse_now() - g->begun.waiting_since);
        Place* place = count(hash, g);
        const bool first = place != nullptr && place->count == 1;
        if (first) {
            place->state = State::waits;
            place->note = g->begun.note;
            if (g->begun.note.name != nullptr) place->waits_on = g->begun.note.name;
        }
        end_inspection(g);
        if (place == nullptr) return;
        place->longest_ns = std::max(place->longest_ns, waited);
        place->shortest_ns = std::min(place->shortest_ns, waited);
        if (first && g->thread == nullptr) capture_parked(g, place->frames);
    }

    WEFT_READS_FOREIGN_STACKS Hash hash_waiting(const Goroutine* g) const noexcept {
        Hash hash = mix(static_cast<Hash>(g->begun.note.kind), g->begun.note.where);
        hash = mix(hash, g->spawned_at);
        if (g->thread != nullptr) return mix(hash, 1);
        const auto* word = static_cast<const std::uintptr_t*>(g->fiber.sp);
        const auto* top = reinterpret_cast<const std::uintptr_t*>(g->stack.low + g->stack.bytes);
        for (const auto* end = std::min(top, word + words_max); word < end; ++word)
            if (code_.has(*word)) hash = mix(hash, *word);
        return hash;
    }

    // The place of this goroutine, which is one more there; null when there are too many places.
    Place* count(Hash hash, const Goroutine* g) {
        ++seen_;
        auto at = found_.find(hash);
        if (at == found_.end()) {
            if (found_.size() == places_max) {
                ++others_;
                return nullptr;
            }
            at = found_.try_emplace(hash).first;
            at->second.example = g->id;
            at->second.thread = g->thread != nullptr;
            at->second.spawned_at = g->spawned_at;
            if (g->name != nullptr) {
                observe(const_cast<char*>(g->name));
                at->second.name = g->name;
            }
        }
        ++at->second.count;
        return &at->second;
    }

    static Hash identity(const Place& place) noexcept {
        Hash hash = mix(static_cast<Hash>(place.state) + 1, place.spawned_at);
        hash = mix(mix(hash, static_cast<Hash>(place.note.kind)), place.note.where);
        hash = mix(hash, place.thread ? 1 : 0);
        for (std::size_t i = 0; i < place.frames.count; ++i) hash = mix(hash, place.frames.pc[i]);
        return hash;
    }

    const Code code_;
    std::unordered_map<Hash, Place> found_;
    std::size_t seen_ = 0;
    std::size_t others_ = 0;
};

std::string seconds(std::int64_t ns) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g s", static_cast<double>(ns) / 1e9);
    return text;
}

std::string at(const char* what, const std::source_location& where) {
    if (where.line() == 0) return {};
    return std::string("    ") + what + ' ' + where.file_name() + ':' +
           std::to_string(where.line()) + '\n';
}

std::string describe(const Place& place) {
    std::string text = '\n' + std::to_string(place.count);
    text += place.thread ? " thread" : " goroutine";
    if (place.count != 1) text += 's';
    if (place.state == State::waits) {
        text += std::string(" [") + to_string(place.note.kind);
        if (!place.waits_on.empty()) text += " \"" + place.waits_on + '"';
        text += ", " + seconds(place.shortest_ns);
        if (place.count != 1) text += " to " + seconds(place.longest_ns);
        text += ']';
    } else {
        text += place.state == State::fresh ? " [not yet run]" : " [running]";
    }
    text += place.count == 1 ? ": " : ", one of them: ";
    text += std::to_string(place.example);
    if (!place.name.empty()) text += " \"" + place.name + '"';
    text += '\n';
    if (place.state == State::waits) text += at("waits at", place.note.where);
    text += at("started at", place.spawned_at);
    const std::string stack = symbolize(place.frames);
    if (!stack.empty()) text += "    stack:\n" + stack;
    return text;
}

}  // namespace
}  // namespace weft::inline abi1::detail

namespace weft::inline abi1 {

void dump_grouped(const std::function<void(std::string_view)>& write) {
    detail::Census census;
    detail::each_goroutine(
        [](detail::Goroutine* g, void* arg) { static_cast<detail::Census*>(arg)->see(g); },
        &census);
    const auto places = census.places();
    write("weft: " + std::to_string(census.seen()) + " goroutines in " +
          std::to_string(places.size()) + (places.size() == 1 ? " place\n" : " places\n"));
    for (const auto& place : places) write(detail::describe(place));
    if (census.others() != 0)
        write("\n" + std::to_string(census.others()) + " more, in other places\n");
}

}  // namespace weft::inline abi1

// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/zones/zones.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <system_error>
#include <utility>

namespace cohort::zones {

// --- the compiled format ------------------------------------------------------------------

namespace {

// Takes big-endian numbers from the front. One read beyond the end makes everything after it zero.
class Bytes {
  public:
    explicit Bytes(std::string_view bytes) : rest_(bytes) {}

    std::string_view take(std::size_t count) {
        if (rest_.size() < count) {
            ok_ = false;
            rest_ = {};
            return {};
        }
        const std::string_view taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }
    std::int64_t number(std::size_t width) {
        std::uint64_t value = 0;
        const std::string_view bytes = take(width);
        for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
        if (width == 4) return static_cast<std::int32_t>(value);
        return static_cast<std::int64_t>(value);
    }
    bool ok() const { return ok_; }

  private:
    std::string_view rest_;
    bool ok_ = true;
};

struct Header {
    char version;
    std::size_t isut, isstd, leaps, times, types, chars;

    std::size_t block_bytes(std::size_t time_width) const {
        return times * time_width + times + types * 6 + chars + leaps * (time_width + 4) + isstd +
               isut;
    }
};

Result<Header> header(Bytes& in) {
    if (in.take(4) != "TZif") return invalid("bad-zone-data", "not a compiled time zone");
    const std::string_view version = in.take(16);
    std::size_t counts[6];
    for (std::size_t& count : counts) {
        const std::int64_t number = in.number(4);
        if (number < 0 || number > 100'000) return invalid("bad-zone-data", "impossible counts");
        count = static_cast<std::size_t>(number);
    }
    if (!in.ok() || counts[4] == 0) return invalid("bad-zone-data", "the zone's header is cut off");
    return Header{version[0], counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]};
}

}  // namespace

Result<Zone> Zone::parse(std::string_view tzif) {
    Bytes in(tzif);
    Header head = TRY(header(in));
    std::size_t width = 4;
    if (head.version != '\0') {  // the same again with 64-bit times
        in.take(head.block_bytes(4));
        head = TRY(header(in));
        width = 8;
    }
    std::vector<std::int64_t> times;
    for (std::size_t i = 0; i < head.times; ++i) times.push_back(in.number(width));
    const std::string_view type_of = in.take(head.times);
    std::vector<std::int64_t> offsets;
    for (std::size_t i = 0; i < head.types; ++i) {
        offsets.push_back(in.number(4));
        in.take(2);  // whether it is summer time, and the abbreviation
    }
    if (!in.ok()) return invalid("bad-zone-data", "the zone's data are cut off");
    Zone zone;
    zone.first_offset_s_ = offsets[0];
    auto transitions = std::make_shared<Transitions>();
    for (std::size_t i = 0; i < head.times; ++i) {
        const auto type = static_cast<unsigned char>(type_of[i]);
        if (type >= offsets.size()) return invalid("bad-zone-data", "a transition to no type");
        transitions->push_back({times[i], offsets[type]});
    }
    zone.transitions_ = std::move(transitions);
    return zone;
}

// --- asking -------------------------------------------------------------------------------

static std::int64_t floor_seconds(Instant at) {
    return at.ms / 1000 - (at.ms % 1000 < 0 ? 1 : 0);
}

std::int64_t Zone::offset_s(Instant at) const {
    const auto after =
        std::ranges::upper_bound(*transitions_, floor_seconds(at), {}, &Transition::at_s);
    return after == transitions_->begin() ? first_offset_s_ : std::prev(after)->offset_s;
}

CivilDate Zone::date(Instant at) const {
    return date_of(Instant{at.ms + offset_s(at) * 1000});
}

Instant Zone::moment(const CivilDate& date, int minute) const {
    constexpr std::int64_t day_s = 86'400;
    const std::int64_t shown = to_days(date) * day_s + std::int64_t{minute} * 60;
    const auto offset_at = [&](std::int64_t at_s) { return offset_s(Instant{at_s * 1000}); };
    const std::int64_t before = offset_at(shown - day_s);
    const std::int64_t after = offset_at(shown + day_s);
    // Where the clocks are put back the time is there twice: the larger offset is the earlier one.
    for (const std::int64_t offset : {std::max(before, after), std::min(before, after)})
        if (offset_at(shown - offset) == offset) return Instant{(shown - offset) * 1000};
    // Left out: the clocks jump over it.
    std::int64_t early = shown - after;
    std::int64_t late = shown - before;
    while (late - early > 1) {
        const std::int64_t middle = early + (late - early) / 2;
        (offset_at(middle) == before ? early : late) = middle;
    }
    return Instant{late * 1000};
}

// A name such as "../../etc/passwd" must not become a path.
static bool is_zone_name(const std::string& name) {
    return !name.empty() && name.size() <= 64 && name[0] != '/' &&
           name.find("..") == std::string::npos && std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '/' || c == '_' || c == '-' || c == '+';
           });
}

static Result<Zone> read(const std::string& name) {
    const Error unknown = invalid("unknown-zone", "there is no time zone of this name");
    if (!is_zone_name(name)) return unknown;
    const std::string path = "/usr/share/zoneinfo/" + name;
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) return unknown;
    std::ifstream file(path, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    if (bytes.empty()) return unknown;
    return Zone::parse(bytes);
}

namespace {

struct Known {
    Known(std::string of, Zone rules, const Known* others)
        : name(std::move(of)), zone(std::move(rules)), next(others) {}
    std::string name;
    Zone zone;
    const Known* next;
};

// Only ever added to, at the front: there are some hundred names, and a few in use.
std::atomic<const Known*> known{nullptr};

const Known* find(const std::string& name) {
    const Known* at = known.load(std::memory_order_acquire);
    while (at != nullptr && at->name != name) at = at->next;
    return at;
}

}  // namespace

// Asked in units of work of the store, where nobody may wait: so nothing is locked. Two who read
// the same name at one time both add it, and either is found.
Result<Zone> load(const std::string& name) {
    if (name == "UTC") return Zone();
    if (const Known* found = find(name)) return found->zone;
    auto made = std::make_unique<Known>(name, TRY(read(name)), known.load());
    while (!known.compare_exchange_weak(made->next, made.get(), std::memory_order_release,
                                        std::memory_order_relaxed))
        continue;
    return made.release()->zone;
}

CivilDate local_date(const std::string& zone, Instant at) {
    const auto known = load(zone);
    return known ? known->date(at) : date_of(at);
}

}  // namespace cohort::zones

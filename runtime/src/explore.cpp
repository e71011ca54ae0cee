// SPDX-License-Identifier: Apache-2.0
#include "weft/explore.h"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "weft/ensure.h"

#include "runtime/src/exploration.h"
#include "runtime/src/picks.h"
#include "runtime/src/runtime.h"

namespace weft::inline abi1::detail {

namespace {

using sim::Explored;
using sim::ExploreOptions;
using sim::Failure;

std::string site_of(const std::source_location& where) {
    const std::string_view file = where.file_name();
    return std::string(file.substr(file.rfind('/') + 1)) + ':' + std::to_string(where.line());
}

// The choices that WEFT_REPLAY wants of this site.
std::optional<std::vector<std::uint32_t>> wanted(const std::string& site) {
    const char* given = std::getenv("WEFT_REPLAY");  // NOLINT(concurrency-mt-unsafe): only read
    if (given == nullptr) return std::nullopt;
    std::string_view text = given;
    if (!text.starts_with(site + '/')) return std::nullopt;
    text.remove_prefix(site.size() + 1);
    auto picks = picks_of_text(text);
    ENSURE(picks.has_value(), "WEFT_REPLAY holds no schedule: copy it as it was printed");
    return picks;
}

std::unique_ptr<Strategy> made(const ExploreOptions& options) {
    if (const auto* pct = std::get_if<sim::Pct>(&options.strategy)) {
        ENSURE(pct->depth > 0, "sim::Pct: the depth is at least 1");
        return std::make_unique<PctStrategy>(options.seed, pct->depth);
    }
    if (const auto* dfs = std::get_if<sim::Dfs>(&options.strategy))
        return std::make_unique<DfsStrategy>(dfs->preemptions);
    return std::make_unique<RandomStrategy>(options.seed);
}

std::string headline(const Ended& ended) {
    switch (ended.end) {
        case RunEnd::threw:
            return "the test threw: " + ended.what;
        case RunEnd::deadlock:
            return "all goroutines were asleep for ever";
        case RunEnd::stuck:
            return "somebody was stuck for ever";
        case RunEnd::no_end:
        case RunEnd::fine:
            break;
    }
    return ended.what;
}

class Search {
  public:
    Search(const ExploreOptions& options, const Exploration& exploration)
        : options_(options), exploration_(exploration) {}

    Explored run() {
        const std::unique_ptr<Strategy> strategy = made(options_);
        while (explored_.schedules < options_.iterations && !explored_.failure) {
            explored_.all = !strategy->begin();
            if (explored_.all) break;
            ++explored_.schedules;
            const Ended ended = exploration_.run(*strategy);
            strategy->end();
            judge(ended);
        }
        return std::move(explored_);
    }

    Explored repeat(const std::vector<std::uint32_t>& picks) {
        explored_.schedules = 1;
        const Ended ended = exploration_.again(picks, Watch::stretches);
        if (ended.failed())
            say(ended);
        else
            std::fprintf(stderr, "weft: explore (%s): the schedule of WEFT_REPLAY does not fail\n",
                         exploration_.site().c_str());
        return std::move(explored_);
    }

  private:
    bool is_repeated() const noexcept {
        return options_.repeat_every != 0 &&
               explored_.schedules % options_.repeat_every == 1 % options_.repeat_every;
    }

    void judge(const Ended& ended) {
        if (!ended.failed() && !is_repeated()) return;
        const Ended second = exploration_.again(numbers_of(ended.picks), Watch::stretches);
        if (const std::string other = difference(ended, second); !other.empty()) {
            const std::string also =
                ended.failed() ? ".\n    The first run failed: " + headline(ended) : "";
            say(second, other + also);
        } else if (ended.failed()) {
            say(exploration_.again(exploration_.shortened(ended), Watch::stretches));
        }
    }

    void say(const Ended& ended) {
        const bool has_report = ended.end == RunEnd::deadlock || ended.end == RunEnd::stuck;
        say(ended, headline(ended), has_report ? ended.what : "");
    }
    void say(const Ended& ended, const std::string& what, const std::string& report = "") {
        Failure failure;
        failure.schedule = explored_.schedules;
        failure.what = report.empty() ? what : report;
        failure.replay = exploration_.replay_of(numbers_of(ended.picks));
        failure.text = "weft: explore (" + exploration_.site() + "), schedule " +
                       std::to_string(failure.schedule) + ", seed " +
                       std::to_string(options_.seed) + ": " + what + "\n" + story_of(ended) +
                       "    repeat it: WEFT_REPLAY=" + failure.replay + '\n' + report;
        if (options_.on_failure)
            options_.on_failure(failure);
        else
            std::fputs(failure.text.c_str(), stderr);
        explored_.failure = std::move(failure);
    }

    const ExploreOptions& options_;
    const Exploration& exploration_;
    Explored explored_;
};

}  // namespace

Explored explore(const ExploreOptions& options, const std::function<void()>& test,
                 const std::source_location& where) {
    ENSURE(Runtime::current() == nullptr, "sim::explore inside weft::run");
    const Exploration exploration(options, test, site_of(where));
    Search search(options, exploration);
    if (const auto picks = wanted(exploration.site())) return search.repeat(*picks);
    return search.run();
}

}  // namespace weft::inline abi1::detail

// SPDX-License-Identifier: Apache-2.0
// Prints for each mistake in which schedule sim::explore found it, and fails where it did not, or
// where it found one without a mistake.
#include <csignal>
#include <cstdio>
#include <set>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include "weft/explore.h"

#include "runtime/test/mutants/bodies.h"

namespace weft::inline abi1::detail {
Mutant mutant_in_force = Mutant::none;
}

namespace {

using mutants::Hunt;
using weft::detail::Mutant;
using weft::detail::mutant_in_force;
namespace sim = weft::sim;

constexpr std::size_t schedules_max = 2000;

bool is_found(const Hunt& hunt) {
    mutant_in_force = hunt.mutant;
    const auto explored = sim::explore(
        {.iterations = schedules_max, .on_failure = [](const sim::Failure&) {}}, hunt.test);
    const std::string what = explored.failure ? explored.failure->what : "not found";
    std::printf("%-26s schedule %4zu: %s\n", hunt.name, explored.schedules,
                what.substr(0, what.find('\n')).c_str());
    std::fflush(stdout);
    return explored.failure && what.find("does not control") == std::string::npos;
}

// In a process of its own: a mistake may break a contract, which ends it.
bool is_found_or_fatal(const Hunt& hunt) {
    const pid_t child = fork();
    if (child == 0) _exit(is_found(hunt) ? 0 : 1);
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) return false;
    if (!WIFSIGNALED(status)) return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    std::printf("%-26s broke a contract\n", hunt.name);
    std::fflush(stdout);
    return WTERMSIG(status) == SIGABRT;
}

// On standard error stands what.
bool is_quiet(const Hunt& hunt) {
    constexpr std::size_t schedules = 100;
    return sim::explore({.iterations = schedules}, hunt.test).ok() &&
           sim::explore({.strategy = sim::Pct{3}, .iterations = schedules}, hunt.test).ok() &&
           sim::explore({.strategy = sim::Dfs{1}, .iterations = schedules}, hunt.test).ok();
}

}  // namespace

int main() {
    bool good = true;
    std::set<Mutant> hunted;
    for (const Hunt& hunt : mutants::hunts()) {
        good &= is_found_or_fatal(hunt) && is_quiet(hunt);
        hunted.insert(hunt.mutant);
    }
    if (static_cast<int>(hunted.size()) != weft::detail::mutants - 1) {
        std::printf("there is a mistake that no test hunts\n");
        good = false;
    }
    return good ? 0 : 1;
}

// SPDX-License-Identifier: Apache-2.0
// Two nurses take the last dose. Most orders of what they do are harmless; this finds one that is
// not, and then tries all orders of the mended program.
#include "weft/explore.h"

#include <cstdio>
#include <mutex>
#include <stdexcept>

#include "weft/mutex.h"
#include "weft/scope.h"

// [ward]
class Ward {
  public:
    bool has_dose() {
        const std::lock_guard held(lock_);
        return doses_ > 0;
    }
    void take_dose() {
        const std::lock_guard held(lock_);
        --doses_;
    }
    bool take_dose_if_there_is_one() {
        const std::lock_guard held(lock_);
        if (doses_ == 0) return false;
        --doses_;
        return true;
    }
    int doses() const { return doses_; }

  private:
    weft::Mutex lock_{"ward"};
    int doses_ = 1;
};
// [end]

// [test]
template <class Take>
void two_nurses(Take take) {
    Ward ward;
    weft::scope([&](weft::Scope& s) {
        s.go("nurse", [&] { take(ward); });
        s.go("other nurse", [&] { take(ward); });
    });
    if (ward.doses() < 0) throw std::runtime_error("a dose was given twice");
}

void looks_first(Ward& ward) {
    if (ward.has_dose()) ward.take_dose();
}
void in_one(Ward& ward) {
    (void)ward.take_dose_if_there_is_one();
}
// [end]

int main() {
    // [explore]
    const auto quiet = [](const weft::sim::Failure&) {};  // without it the failure is printed
    const auto wrong = weft::sim::explore({.strategy = weft::sim::Pct{2}, .on_failure = quiet},
                                          [] { two_nurses(looks_first); });
    if (wrong.failure) std::printf("%s\n", wrong.failure->what.c_str());

    const auto right = weft::sim::explore({.strategy = weft::sim::Dfs{2}, .iterations = 100'000},
                                          [] { two_nurses(in_one); });
    if (right.ok() && right.all) std::printf("mended: no order of two preemptions fails\n");
    // [end]
}

// Output:
// the test threw: a dose was given twice
// mended: no order of two preemptions fails

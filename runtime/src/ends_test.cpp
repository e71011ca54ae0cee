// SPDX-License-Identifier: Apache-2.0
// That a channel knows where each of its ends lies, however they come, go and move.
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "weft/channel.h"

#include "tests/support/test.h"

namespace weft {
namespace {

const detail::Ends& senders_of(const Sender<int>& one) {
    return DetailAccess::core(one)->ends(detail::Side::sends);
}

std::set<const void*> places_of(const Sender<int>& one) {
    std::set<const void*> all;
    senders_of(one).each([&](const void* at) { CHECK(all.insert(at).second); });
    return all;
}

}  // namespace

TEST_CASE("a channel knows the address of each of its ends, and no other") {
    auto [tx, rx] = channel<int>();
    CHECK(places_of(tx) == std::set<const void*>{&tx});
    std::vector<Sender<int>> clones;
    clones.reserve(100);
    for (int i = 0; i < 100; ++i) clones.push_back(tx.clone());
    std::set<const void*> expected{&tx};
    for (const auto& clone : clones) expected.insert(&clone);
    CHECK(places_of(tx) == expected);
    CHECK(senders_of(tx).count() == 101);
    clones.clear();
    CHECK(places_of(tx) == std::set<const void*>{&tx});
    CHECK(senders_of(tx).count() == 1);
}

TEST_CASE("an end that is moved, assigned and swapped is known where it is") {
    auto [tx, rx] = channel<int>();
    auto [other, other_rx] = channel<int>();
    Sender<int> here = std::move(tx);
    CHECK(places_of(here) == std::set<const void*>{&here});
    std::swap(here, other);
    CHECK(places_of(here) == std::set<const void*>{&here});
    CHECK(places_of(other) == std::set<const void*>{&other});
    here = std::move(other);
    CHECK(places_of(here) == std::set<const void*>{&here});
    CHECK_FALSE(other_rx.recv().has_value());  // the one that was assigned to was its only Sender
}

TEST_CASE("a hundred thousand clones that come and go need no more places than a few at once") {
    auto [tx, rx] = channel<int>();
    for (int i = 0; i < 100'000; ++i) {
        const Sender<int> one = tx.clone();
        const Sender<int> two = tx.clone();
        (void)two;
    }
    CHECK(places_of(tx).size() == 1);
    CHECK(senders_of(tx).capacity() < 100);
}

TEST_CASE("ends that threads clone and drop at once never share a place") {
    auto [tx, rx] = channel<int>();
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&tx = tx] {
                for (int round = 0; round < 500; ++round) {
                    std::vector<Sender<int>> mine;
                    mine.reserve(20);
                    for (int i = 0; i < 20; ++i) mine.push_back(tx.clone());
                    std::set<const void*> seen;
                    senders_of(tx).each([&](const void* at) { seen.insert(at); });
                    for (const auto& one : mine) CHECK(seen.contains(&one));
                }
            });
    }
    CHECK(places_of(tx) == std::set<const void*>{&tx});
    CHECK(senders_of(tx).count() == 1);
}

}  // namespace weft

// SPDX-License-Identifier: Apache-2.0
// What the figures of the server have in common: people who save one form again and again over
// HTTP, and what a process spends on them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "weft/scope.h"

#include "tests/integration/client.h"

namespace tests {

/// Milliseconds since then, in real time.
double ms_since(std::chrono::steady_clock::time_point from);

/// Processor time a process has used so far, its own and the kernel's for it. Source: proc(5).
double cpu_seconds(int pid);

/// Bytes a process has sent to the disk so far. Source: proc(5).
std::int64_t written_bytes(int pid);

/// The value below which `share` of them lie. They are sorted by the call.
double percentile(std::vector<double>& values, double share);

/// Throws std::runtime_error unless the answer has this status: thrown, not ended, so that the
/// server that was started is stopped.
void must(const Answer& answer, int status, const std::string& what);

/// One person with one form open, saving it again and again. An answer that is not a 2xx throws
/// std::runtime_error. Blocks: the goroutine.
class Person {
  public:
    /// Makes a subject and its form at the server of this address, and saves it once.
    Person(const std::string& address, const Ground& ground);

    void act();

    /// From here on to another server of the same store.
    void turn_to(const std::string& address);

    std::vector<double> milliseconds;  ///< that each act took

  private:
    std::string token_;
    Client client_;
    std::string target_;
    std::int64_t version_ = 0;
};

using People = std::vector<Person>;

People people_at(const std::string& address, const Ground& ground, std::int64_t count);

/// Makes them at the server of this address.
template <class People>
using Gather = People (*)(const std::string& address, const Ground& ground, std::int64_t count);

/// Each of them acts so often, all at once.
template <class Who>
void act_all(std::vector<Who>& people, std::int64_t times) {
    weft::scope([&](weft::Scope& scope) {
        for (Who& person : people)
            scope.go([&person, times] {
                for (std::int64_t i = 0; i < times; ++i) person.act();
            });
    });
}

}  // namespace tests

// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/saving.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <unistd.h>

namespace tests {

double ms_since(std::chrono::steady_clock::time_point from) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - from)
        .count();
}

// The number from a line "name: number" of a file under /proc.
std::int64_t written_bytes(int pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/io");
    std::int64_t number = 0;
    for (std::string name; file >> name >> number;)
        if (name == "write_bytes:") return number;
    return 0;
}

double cpu_seconds(int pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string word;
    while (file >> word && word.back() != ')') {
    }  // the program's name may have spaces in it
    for (int i = 0; i < 11; ++i) file >> word;
    double user = 0;
    double system = 0;
    file >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double percentile(std::vector<double>& values, double share) {
    std::sort(values.begin(), values.end());
    return values.at(static_cast<std::size_t>(share * static_cast<double>(values.size() - 1)));
}

void must(const Answer& answer, int status, const std::string& what) {
    if (answer.status != status)
        throw std::runtime_error(what + " was answered by " + answer.outcome());
}

Person::Person(const std::string& address, const Ground& ground)
    : token_(ground.tokens.at("ann")), client_(address, token_) {
    const Answer subject = client_.ask("POST", "/api/v1/studies/" + ground.study.text + "/subjects",
                                       R"({"site":")" + ground.site_a.text + R"("})");
    must(subject, 201, "a new subject");
    const Answer form = client_.ask("POST", "/api/v1/subjects/" + subject.at("/id") + "/forms",
                                    R"({"event":"V","form":"F"})");
    must(form, 201, "a new form");
    target_ = "/api/v1/forms/" + form.at("/id");
    act();  // with the first value; each later one is a change with a reason
}

void Person::act() {
    const auto from = std::chrono::steady_clock::now();
    const Answer answer =
        client_.ask("PATCH", target_,
                    R"({"changes":[{"group":"VITALS","item":"SYS","raw":")" +
                        std::to_string(100 + version_ % 60) + R"(","base_version":)" +
                        std::to_string(version_) + R"(,"reason":"entered again"}]})",
                    {{"idempotency-key", "save-" + std::to_string(version_)}});
    must(answer, 200, "a save");
    version_ = std::stoll(answer.at("/items/0/version"));
    milliseconds.push_back(ms_since(from));
}

void Person::turn_to(const std::string& address) {
    client_ = Client(address, token_);
}

People people_at(const std::string& address, const Ground& ground, std::int64_t count) {
    People all;
    for (std::int64_t i = 0; i < count; ++i) all.emplace_back(address, ground);
    return all;
}

}  // namespace tests

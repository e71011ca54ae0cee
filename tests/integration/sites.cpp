// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/sites.h"

#include <csignal>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace tests {

namespace {

std::string file_of(const test::TempFolder& folder, int number) {
    return folder / ("site-" + std::to_string(number));
}

// As the site's program reads them.
std::string write_patients(const std::string& name, const Server& server, const Patients& patients,
                           bool asks_to_send) {
    std::ofstream file(name, std::ios::binary);
    for (const AnsweringPatient& patient : patients) {
        const Submission one = patient.any_submission(server.address(), asks_to_send);
        file << one.head.size() << ' ' << one.body.size() << '\n' << one.head << one.body;
    }
    return name;
}

std::vector<std::string> arguments_of(const Server& server, const std::string& patients,
                                      const SiteOptions& options) {
    const std::string& where = server.address();
    const std::size_t colon = where.rfind(':');
    return {SITE_BINARY,
            where.substr(0, colon),
            where.substr(colon + 1),
            "127.0.0." + std::to_string(options.number),
            patients,
            std::to_string(options.connections),
            std::to_string(options.per_second),
            std::to_string(options.count)};
}

}  // namespace

Site::Site(const Server& server, const test::TempFolder& folder, const Patients& patients,
           const SiteOptions& options)
    : errors_(file_of(folder, options.number) + ".errors"),
      process_(arguments_of(server,
                            write_patients(file_of(folder, options.number), server, patients,
                                           options.asks_to_send),
                            options),
               errors_) {
    if (process_.read_line() != "ready")
        throw std::runtime_error("a site does not start: " + said());
}

std::string Site::said() const {
    std::ifstream file(errors_);
    return {std::istreambuf_iterator<char>(file), {}};
}

SiteFate Site::wait() {
    const auto line = process_.read_line();
    if (!line) throw std::runtime_error("a site ended without a word: " + said());
    SiteFate fate;
    std::istringstream(*line) >> fate.sent >> fate.accepted >> fate.refused >> fate.turned_away >>
        fate.without_time >> fate.after_body >> fate.other >> fate.p50_ms >> fate.p99_ms;
    process_.wait();
    return fate;
}

SiteFate Site::stop() {
    process_.signal(SIGTERM);
    return wait();
}

std::int64_t resident_kib(int pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/status");
    for (std::string word; file >> word;) {
        std::int64_t kib = 0;
        if (word == "VmRSS:" && file >> kib) return kib;
    }
    return 0;
}

}  // namespace tests

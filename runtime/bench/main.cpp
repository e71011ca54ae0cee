// SPDX-License-Identifier: Apache-2.0
// weft_bench ROW WORKERS [off|everything]: prints the row's figure, with no diagnosis, or all of
// it, instead of the default. weft_bench list: the rows.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sys/resource.h>
#include <unistd.h>

#include "weft/run.h"

#include "rows.h"

namespace bench {

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double resident_bytes() {
    std::ifstream file("/proc/self/statm");
    double all = 0;
    double resident = 0;
    file >> all >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

void keep(std::int64_t value) {
    asm volatile("" : : "r"(value));
}

namespace {

const Row* find(const char* name) {
    for (const auto rows : {spawn_rows(), channel_rows(), lock_rows(), timer_rows(), memory_rows(),
                            million_rows(), fairness_rows(), beside_rows()})
        for (const Row& row : rows)
            if (name == nullptr)
                std::puts(row.name);
            else if (std::strcmp(row.name, name) == 0)
                return &row;
    return nullptr;
}

}  // namespace
}  // namespace bench

int main(int count, char** arguments) {
    if (count == 2 && std::strcmp(arguments[1], "list") == 0) {
        bench::find(nullptr);
        return 0;
    }
    const bench::Row* row = count == 3 ? bench::find(arguments[1]) : nullptr;
    if (row == nullptr) {
        std::fputs("weft_bench ROW WORKERS | weft_bench list\n", stderr);
        return 64;
    }
    weft::Options options;
    options.workers = static_cast<unsigned>(std::atoi(arguments[2]));
    return weft::run(options, [&] { std::printf("%.4f %s\n", row->measure(), row->unit); });
}

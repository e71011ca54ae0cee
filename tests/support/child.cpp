// SPDX-License-Identifier: Apache-2.0
#include "tests/support/child.h"

#include <array>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/test.h"

namespace test {
namespace {

constexpr const char* variable = "TEST_CHILD";

// A comma separates doctest's filters, so it is matched by a wildcard.
std::string filter_for(std::string name) {
    for (char& c : name)
        if (c == ',' || c == '\\' || c == '"') c = '?';
    return "--test-case=" + name;
}

[[noreturn]] void become_child(const std::function<int()>& body) {
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    for (const int s : {SIGABRT, SIGSEGV, SIGFPE, SIGILL, SIGTERM}) std::signal(s, SIG_DFL);
    const int code = body();
    std::cout.flush();
    std::cerr.flush();
    _exit(code);
}

std::string read_all(int fd) {
    std::string all;
    std::array<char, 4096> buffer{};
    for (;;) {
        const ssize_t n = read(fd, buffer.data(), buffer.size());
        if (n <= 0) return all;
        all.append(buffer.data(), static_cast<std::size_t>(n));
    }
}

}  // namespace

ChildEnd in_child(const std::function<int()>& body, std::source_location where) {
    const std::string place = std::string(where.file_name()) + ":" + std::to_string(where.line());
    const char* wanted =
        std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): tests only read it
    if (wanted != nullptr) {
        if (place == wanted) become_child(body);
        return {};
    }
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    const std::string filter = filter_for(doctest::getContextOptions()->currentTest->m_name);
    const pid_t pid = fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        setenv(variable, place.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): one thread after fork
        execl("/proc/self/exe", "child", filter.c_str(), static_cast<char*>(nullptr));
        _exit(127);
    }
    close(ends[1]);
    ChildEnd end;
    end.output = read_all(ends[0]);
    close(ends[0]);
    int status = 0;
    waitpid(pid, &status, 0);
    if (WIFEXITED(status)) end.exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
    return end;
}

}  // namespace test

// SPDX-License-Identifier: Apache-2.0
#include "tests/support/child.h"

#include <array>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

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

// TEST_EMULATOR names what runs a program built for another processor, with its arguments.
void exec_again(const std::string& filter) {
    const char* emulator =
        std::getenv("TEST_EMULATOR");  // NOLINT(concurrency-mt-unsafe): read only
    std::istringstream before(emulator != nullptr ? emulator : "");
    std::vector<std::string> words(std::istream_iterator<std::string>(before), {});
    std::array<char, 4096> self{};
    if (readlink("/proc/self/exe", self.data(), self.size() - 1) < 0) return;
    words.emplace_back(self.data());
    words.push_back(filter);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    execvp(arguments[0], arguments.data());
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

bool emulated() {
    return std::getenv("TEST_EMULATOR") != nullptr;  // NOLINT(concurrency-mt-unsafe): read only
}

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
        exec_again(filter);
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

// SPDX-License-Identifier: Apache-2.0
#include "tests/support/process.h"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "weft/blocking.h"
#include "weft/context.h"
#include "weft/ensure.h"

namespace tests {

Process::Process(const std::vector<std::string>& arguments, const std::string& error_file) {
    std::array<int, 2> ends{};
    ENSURE(pipe2(ends.data(), O_CLOEXEC) == 0, "a pipe can be made");
    output_ = ends[0];
    std::vector<char*> argv;
    for (const std::string& argument : arguments)
        argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, error_file.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
    const int failed = weft::shield([&] {
        return weft::blocking("start a program", [&] {
            return posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
        });
    });
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    ENSURE(failed == 0, "the program can be started");
}

Process::~Process() {
    if (pid_ > 0) {
        signal(SIGKILL);
        wait();
    }
    close(output_);
}

std::optional<std::string> Process::read_line() {
    for (;;) {
        const std::size_t end = unread_.find('\n');
        if (end != std::string::npos) {
            std::string line = unread_.substr(0, end);
            unread_.erase(0, end + 1);
            return line;
        }
        std::array<char, 4096> bytes{};
        const ssize_t got = weft::blocking(
            "listen to a program", [&] { return read(output_, bytes.data(), bytes.size()); });
        if (got <= 0) return std::nullopt;
        unread_.append(bytes.data(), static_cast<std::size_t>(got));
    }
}

void Process::signal(int number) {
    if (pid_ > 0) kill(pid_, number);
}

int Process::wait() {
    int status = 0;
    const pid_t ended = weft::shield([&] {
        return weft::blocking("wait for a program",
                              [&] { return waitpid(std::exchange(pid_, -1), &status, 0); });
    });
    if (ended < 0) return -1;
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace tests

// SPDX-License-Identifier: Apache-2.0
#include "apps/cohort/restart.h"

#include <algorithm>
#include <array>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "weft/blocking.h"

namespace cohort::app {

namespace {

constexpr int first_inherited = 3;  // sd_listen_fds(3)

// Of the process, not of a server: set by main() before there is a second thread, and by the one
// server before its end.
struct Start {
    std::string program;
    char** argv = nullptr;
    int inherited = -1;  // left to us
    int listener = -1;   // to be left to the next
};
Start start;  // NOLINT(cert-err58-cpp)

// `cohort config` with the same arguments reads everything that `cohort serve` would. The first
// "serve" is the command: nothing stands before it that takes a value.
std::vector<char*> check_arguments(std::string& config) {
    std::vector<char*> arguments;
    for (char** at = start.argv; *at != nullptr; ++at) arguments.push_back(*at);
    const auto is_serve = [](const char* word) { return std::strcmp(word, "serve") == 0; };
    const auto command = std::find_if(arguments.begin(), arguments.end(), is_serve);
    if (command != arguments.end()) *command = config.data();
    arguments.push_back(nullptr);
    return arguments;
}

// The environment is ours alone: there is no second thread yet.
int take_inherited() {
    const char* process = std::getenv("LISTEN_PID");  // NOLINT(concurrency-mt-unsafe)
    const char* count = std::getenv("LISTEN_FDS");    // NOLINT(concurrency-mt-unsafe)
    const bool is_ours = process != nullptr && std::to_string(::getpid()) == process;
    const bool is_one = count != nullptr && std::strcmp(count, "1") == 0;
    ::unsetenv("LISTEN_PID");  // NOLINT(concurrency-mt-unsafe)
    ::unsetenv("LISTEN_FDS");  // NOLINT(concurrency-mt-unsafe)
    return is_ours && is_one ? first_inherited : -1;
}

int run_check() {
    std::string config = "config";
    std::vector<char*> arguments = check_arguments(config);
    posix_spawn_file_actions_t quietly;
    posix_spawn_file_actions_init(&quietly);
    posix_spawn_file_actions_addopen(&quietly, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t child = -1;
    const int failure =
        posix_spawn(&child, start.program.c_str(), &quietly, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&quietly);
    if (failure != 0) return failure;
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

void remember_start(char** argv) noexcept {
    std::array<char, PATH_MAX> path{};
    const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
    if (size > 0) start.program.assign(path.data(), static_cast<std::size_t>(size));
    start.argv = argv;
    start.inherited = take_inherited();
}

Result<void> check_next_program() {
    if (weft::blocking("check the next program", [] { return run_check(); }) == 0) return {};
    return refused("restart", "The program at " + start.program +
                                  " does not start, or does not take the settings; it says why on "
                                  "its standard error.");
}

int inherited_listener() noexcept {
    return std::exchange(start.inherited, -1);
}

void ask_for_restart(int listener) noexcept {
    start.listener = listener;
}

int restart_if_asked(int code) noexcept {
    if (start.listener < 0 || code != 0) return code;
    if (::dup2(start.listener, first_inherited) < 0) return 1;
    ::fcntl(first_inherited, F_SETFD, 0);  // dup2() onto itself changes nothing
    ::close_range(first_inherited + 1, ~0U, 0);
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
    ::setenv("LISTEN_FDS", "1", 1);                                 // NOLINT(concurrency-mt-unsafe)
    std::signal(SIGUSR2, SIG_IGN);  // until the next program waits for it
    std::fflush(nullptr);
    ::execv(start.program.c_str(), start.argv);
    std::perror(("cohort: " + start.program + " cannot be started").c_str());
    return 1;
}

}  // namespace cohort::app

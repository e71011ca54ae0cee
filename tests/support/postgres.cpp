// SPDX-License-Identifier: Apache-2.0
#include "tests/support/postgres.h"

#include <algorithm>
#include <arpa/inet.h>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "weft/blocking.h"
#include "weft/ensure.h"

namespace test {

namespace {

// The programs of the newest version that is installed.
std::string programs() {
    std::vector<std::string> found;
    std::error_code none;
    for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", none))
        found.push_back(version.path().string() + "/bin/");
    ENSURE(!found.empty(), "PostgreSQL is installed (tools/packages.txt)");
    return *std::max_element(found.begin(), found.end());
}

std::string free_port() {
    const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const where = reinterpret_cast<sockaddr*>(&address);
    ENSURE(::bind(probe, where, size) == 0 && ::getsockname(probe, where, &size) == 0,
           "there is a free port");
    ::close(probe);
    return std::to_string(ntohs(address.sin_port));
}

}  // namespace

PostgresServer::PostgresServer(Sync sync) : sync_(sync), port_(free_port()) {
    if (::geteuid() == 0)
        ENSURE(tests::Process({"/bin/chown", "postgres", folder_.path()}, "/dev/null").wait() == 0,
               "the package's user exists");
    ENSURE(run({programs() + "initdb", "-D", folder_ / "data", "-U", "ward", "-A", "trust", "-E",
                "UTF8", "--locale=C", "--no-sync"}) == 0,
           "a database cluster can be made");
    set_guard();
    start();
}

PostgresServer::~PostgresServer() {
    ::close(alive_);
    guard_->wait();
}

// It is no child of this program: who starts it leaves it alone when it runs, and a program that
// crashes stops nobody. So one who lives on hears the end of a pipe, which the system closes for
// the dead as well, and stops it. A session of its own keeps that one from hearing ^C.
void PostgresServer::set_guard() {
    const std::string pipe = folder_ / "alive";
    ENSURE(::mkfifo(pipe.c_str(), 0644) == 0, "a pipe can be made");
    const std::string script =
        R"(exec >/dev/null; read -r _ <"$0"; "$1" -D "$2" -m immediate stop; rm -rf "$3")";
    guard_ = std::make_unique<tests::Process>(
        as_its_user({"/usr/bin/setsid", "/bin/sh", "-c", script, pipe, programs() + "pg_ctl",
                     folder_ / "data", folder_.path()}),
        "/dev/null");
    alive_ = ::open(pipe.c_str(), O_WRONLY | O_CLOEXEC);
    ENSURE(alive_ >= 0, "the guard listens");
}

// Who parks while it makes a static object holds up every worker that comes by.
PostgresServer& PostgresServer::shared() {
    return *weft::blocking("start PostgreSQL", [] {
        static PostgresServer server;
        return &server;
    });
}

std::vector<std::string> PostgresServer::as_its_user(
    const std::vector<std::string>& command) const {
    std::vector<std::string> all;
    if (::geteuid() == 0)
        all = {"/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"};
    all.insert(all.end(), {"/usr/bin/env", "-C", folder_.path(), "LC_ALL=C"});
    all.insert(all.end(), command.begin(), command.end());
    return all;
}

int PostgresServer::run(const std::vector<std::string>& command) {
    return tests::Process(as_its_user(command), folder_ / "said").wait();
}

void PostgresServer::start() {
    const std::string options =
        "-k '" + folder_.path() + "' -p " + port_ +
        " -c listen_addresses=127.0.0.1 -c fsync=" + (sync_ == Sync::on ? "on" : "off") +
        " -c max_connections=200 -c shared_buffers=32MB";
    // Right after a kill -9 the old one's processes may hold its memory for a moment.
    for (int tries = 1; run({programs() + "pg_ctl", "-D", folder_ / "data", "-w", "-l",
                             folder_ / "log", "-o", options, "start"}) != 0;
         ++tries)
        ENSURE(tries < 50, "PostgreSQL starts");
}

void PostgresServer::kill() {
    int pid = 0;
    std::ifstream(folder_ / "data/postmaster.pid") >> pid;
    ENSURE(pid > 0, "the server runs");
    ::kill(pid, SIGKILL);
}

std::string PostgresServer::create_database(const std::string& how) {
    const std::string name = "store" + std::to_string(++databases_);
    ENSURE(run({programs() + "psql", "-q", "-h", "127.0.0.1", "-p", port_, "-U", "ward", "-d",
                "postgres", "-c", "CREATE DATABASE " + name + " " + how}) == 0,
           "a database can be made");
    return "postgresql://ward@127.0.0.1:" + port_ + "/" + name;
}

std::string PostgresServer::at_port(const std::string& url, const std::string& port) {
    const auto colon = url.rfind(':');
    return url.substr(0, colon + 1) + port + url.substr(url.find('/', colon));
}

}  // namespace test

// SPDX-License-Identifier: Apache-2.0
// One site whose patients submit: many connections from one address, one thread, one epoll, so that
// it costs little beside the server it asks. What a request is comes from a file that the test has
// written: for each patient a line with the bytes of its head and of its body, then both; {W} in
// the head stands for a window, and a patient has a thousand.
//
//   site HOST PORT SOURCE-ADDRESS FILE CONNECTIONS REQUESTS-A-SECOND COUNT
//
// A second's requests 0: as fast as answers come. Ends when COUNT were accepted, or (COUNT 0) at
// SIGTERM, once what was sent is answered; what was refused is sent again behind the others. Then
// tells in one line what came of them, times in milliseconds from sending to the answer.
#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr int windows = 1000;
volatile std::sig_atomic_t is_over = 0;

[[noreturn]] void give_up(const char* what) {
    std::fprintf(stderr, "site: %s: %s\n", what, std::strerror(errno));
    std::exit(1);
}

struct Patient {
    std::string head;
    std::string body;
};

struct Task {
    std::size_t patient;
    int window;
};

struct Line {
    int fd = -1;
    bool is_asking = false;
    bool waits_to_continue = false;
    Task task{};
    Clock::time_point sent;
    std::string unread;
};

struct Told {
    long sent = 0, accepted = 0, refused = 0, turned_away = 0, without_time = 0, after_body = 0,
         other = 0;
    std::vector<double> ms;  // of those accepted
};

struct Reply {
    int status = 0;
    bool has_time = false;
    bool ends = false;
};

std::vector<Patient> read_patients(const char* name) {
    std::ifstream file(name, std::ios::binary);
    std::vector<Patient> all;
    std::size_t head = 0;
    std::size_t body = 0;
    while (file >> head >> body && file.get() == '\n') {
        Patient one{std::string(head, ' '), std::string(body, ' ')};
        file.read(one.head.data(), static_cast<std::streamsize>(head));
        file.read(one.body.data(), static_cast<std::streamsize>(body));
        all.push_back(std::move(one));
    }
    return all;
}

std::string head_of(const Patient& patient, int window) {
    std::string head = patient.head;
    for (std::size_t at = 0; (at = head.find("{W}", at)) != head.npos;)
        head.replace(at, 3, std::to_string(window));
    return head;
}

class Site {
  public:
    explicit Site(char** arguments)
        : source_(arguments[3]),
          patients_(read_patients(arguments[4])),
          lines_(std::strtoul(arguments[5], nullptr, 10)),
          per_second_(std::strtod(arguments[6], nullptr)),
          count_(std::strtol(arguments[7], nullptr, 10)) {
        to_.sin_family = AF_INET;
        to_.sin_port = htons(static_cast<std::uint16_t>(std::atoi(arguments[2])));
        if (inet_pton(AF_INET, arguments[1], &to_.sin_addr) != 1) give_up("address");
        if (patients_.empty()) give_up("no patients");
        if (poll_ < 0) give_up("epoll");
        for (Line& line : lines_) open(line);
    }

    Told run() {
        began_ = Clock::now();
        std::puts("ready");
        std::fflush(stdout);
        while (asking_ > 0 || !is_done()) {
            send_what_is_due();
            std::array<epoll_event, 256> events{};
            const int got = epoll_wait(poll_, events.data(), events.size(), 1);
            for (int i = 0; i < got; ++i)
                hear(*static_cast<Line*>(events[static_cast<std::size_t>(i)].data.ptr));
        }
        return std::move(told_);
    }

  private:
    bool is_done() const { return is_over != 0 || (count_ > 0 && told_.accepted >= count_); }

    void open(Line& line) {
        if (line.fd >= 0) close(line.fd);
        line.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in from{};
        from.sin_family = AF_INET;
        inet_pton(AF_INET, source_, &from.sin_addr);
        const int on = 1;
        setsockopt(line.fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        setsockopt(line.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (bind(line.fd, reinterpret_cast<sockaddr*>(&from), sizeof from) != 0) give_up("bind");
        if (connect(line.fd, reinterpret_cast<const sockaddr*>(&to_), sizeof to_) != 0)
            give_up("connect");
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = &line;
        if (epoll_ctl(poll_, EPOLL_CTL_ADD, line.fd, &event) != 0) give_up("epoll");
        line.unread.clear();
    }

    void send_what_is_due() {
        const std::chrono::duration<double> passed = Clock::now() - began_;
        for (Line& line : lines_) {
            if (is_done() || !has_task()) return;
            if (count_ > 0 && told_.accepted + asking_ >= count_) return;
            if (per_second_ > 0 && static_cast<double>(told_.sent) >= passed.count() * per_second_)
                return;
            if (!line.is_asking) ask(line);
        }
    }

    bool has_task() const {
        return !again_.empty() || next_ < patients_.size() * static_cast<std::size_t>(windows);
    }

    // Each patient answers the first window, then each the second.
    Task take_task() {
        if (next_ < patients_.size() * static_cast<std::size_t>(windows)) {
            const Task task{next_ % patients_.size(),
                            1 + static_cast<int>(next_ / patients_.size())};
            ++next_;
            return task;
        }
        const Task task = again_.front();
        again_.pop_front();
        return task;
    }

    void ask(Line& line) {
        line.task = take_task();
        const Patient& patient = patients_[line.task.patient];
        std::string bytes = head_of(patient, line.task.window);
        line.waits_to_continue = bytes.find("100-continue") != bytes.npos;
        if (!line.waits_to_continue) bytes += patient.body;
        line.is_asking = true;
        ++asking_;
        ++told_.sent;
        line.sent = Clock::now();
        say(line, bytes);
    }

    // A request fits in the socket's room: nobody asks before the last one was answered.
    static void say(const Line& line, const std::string& bytes) {
        (void)send(line.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }

    void hear(Line& line) {
        std::array<char, 16384> bytes{};
        const ssize_t got = recv(line.fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) {  // an idle connection may be ended; one that was asked may not
            if (line.is_asking) end(line, {});
            return open(line);
        }
        line.unread.append(bytes.data(), static_cast<std::size_t>(got));
        for (Reply reply; take_reply(line.unread, reply);) {
            if (reply.status == 100) {
                line.waits_to_continue = false;
                say(line, patients_[line.task.patient].body);
                continue;
            }
            end(line, reply);
            if (reply.ends) return open(line);
        }
    }

    static bool take_reply(std::string& unread, Reply& reply) {
        const std::size_t head = unread.find("\r\n\r\n");
        if (head == unread.npos) return false;
        const auto after = [&](const char* name) {
            const std::size_t at = unread.find(name);
            return at < head ? unread.c_str() + at + std::strlen(name) : nullptr;
        };
        const char* length = after("Content-Length: ");
        const std::size_t size = head + 4 + (length ? std::strtoul(length, nullptr, 10) : 0);
        if (unread.size() < size) return false;
        const char* time = after("Retry-After: ");
        reply.status = std::atoi(unread.c_str() + 9);
        reply.has_time = time != nullptr && std::atoi(time) > 0;
        reply.ends = after("Connection: close") != nullptr;
        unread.erase(0, size);
        return true;
    }

    void end(Line& line, const Reply& reply) {
        if (!line.is_asking) return be_turned_away(reply);
        line.is_asking = false;
        --asking_;
        if (reply.status == 201) {
            ++told_.accepted;
            told_.ms.push_back(
                std::chrono::duration<double, std::milli>(Clock::now() - line.sent).count());
        } else if (reply.status == 429 || reply.status == 503) {
            ++told_.refused;
            if (!reply.has_time) ++told_.without_time;
            if (has_expected(line) && !line.waits_to_continue) ++told_.after_body;
            again_.push_back(line.task);
        } else {
            ++told_.other;
            std::fprintf(stderr, "site: %d\n", reply.status);
        }
    }

    // An answer to a connection that has asked nothing yet: there are too many of this address.
    void be_turned_away(const Reply& reply) {
        ++(reply.status == 503 ? told_.turned_away : told_.other);
        if (!reply.has_time) ++told_.without_time;
    }

    bool has_expected(const Line& line) const {
        const std::string& head = patients_[line.task.patient].head;
        return head.find("100-continue") != head.npos;
    }

    const char* source_;
    std::vector<Patient> patients_;
    std::vector<Line> lines_;
    const double per_second_;
    const long count_;
    sockaddr_in to_{};
    const int poll_ = epoll_create1(EPOLL_CLOEXEC);
    Clock::time_point began_;
    std::size_t next_ = 0;
    std::deque<Task> again_;
    long asking_ = 0;
    Told told_;
};

double percentile(std::vector<double>& ms, double share) {
    if (ms.empty()) return 0;
    std::sort(ms.begin(), ms.end());
    return ms[static_cast<std::size_t>(share * static_cast<double>(ms.size() - 1))];
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 8) {
        std::fputs("site: HOST PORT SOURCE FILE CONNECTIONS REQUESTS-A-SECOND COUNT\n", stderr);
        return 64;
    }
    std::signal(SIGTERM, [](int) { is_over = 1; });
    Told told = Site(arguments).run();
    std::printf("%ld %ld %ld %ld %ld %ld %ld %.3f %.3f\n", told.sent, told.accepted, told.refused,
                told.turned_away, told.without_time, told.after_body, told.other,
                percentile(told.ms, 0.5), percentile(told.ms, 0.99));
}

// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/sim_streams.h"

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "weft/cond.h"
#include "weft/detail/step.h"
#include "weft/detail/timer.h"

#include "runtime/src/stream_end.h"

namespace weft::inline abi1::detail {

class SimListener;
struct SimLink;

/// All that goes to one address and comes from it.
struct SimRoute {
    explicit SimRoute(const sim::NetworkFaults& what) : faults(what) {}

    const sim::NetworkFaults faults;
    bool is_cut = false;
    Cond changed{"network"};
    std::weak_ptr<SimListener> listener;
    std::vector<std::weak_ptr<SimLink>> links;

    Duration delay() const noexcept {
        constexpr std::size_t parts = 3;
        Duration delay = faults.delay_min;
        if (faults.delay_max > faults.delay_min)
            delay += (faults.delay_max - faults.delay_min) / parts *
                     static_cast<std::int64_t>(choose(Choice::network, parts + 1));
        while (happens(faults.lose_one_in)) delay += faults.resend;
        return delay;
    }
    static bool happens(std::size_t one_in) noexcept {
        return one_in != 0 && choose(Choice::network, one_in) + 1 == one_in;
    }
};

namespace {

constexpr Duration dial_patience = std::chrono::seconds(127);

/// One direction of a connection.
struct Line {
    struct Piece {
        TimePoint arrives;
        std::vector<std::byte> bytes;  // none: the end
    };
    std::deque<Piece> pieces;
    std::size_t bytes = 0;  // in the pieces
    bool ended = false;     // its last piece is the end
    Cond changed{"connection"};
};

Error closed_here() {
    return {ErrorKind::unavailable, "closed", "the connection was closed here"};
}
Error was_reset() {
    return {ErrorKind::unavailable, "reset", "the connection was reset"};
}
Error too_late() {
    return {ErrorKind::timeout, "deadline", "the peer did not keep up"};
}

// Until somebody changes something, or until that time. Throws Cancelled.
void wait(Cond& changed, TimePoint until, const std::source_location& where) {
    struct NoLock {
        void lock() noexcept {}
        void unlock() noexcept {}
    } nothing;
    struct Alarm : Timer {
        Cond* changed = nullptr;
        ~Alarm() { stop_timer(*this); }
    } alarm;
    alarm.changed = &changed;
    alarm.when = until;
    alarm.fire = [](Timer* timer) noexcept { static_cast<Alarm*>(timer)->changed->broadcast(); };
    if (until != TimePoint::max()) start_timer(alarm);
    changed.wait(nothing, where);
}

}  // namespace

struct SimLink {
    explicit SimLink(std::shared_ptr<SimRoute> over) : route(std::move(over)) {}

    const std::shared_ptr<SimRoute> route;
    std::string names[2];  // who dialled, who listens
    Line lines[2];         // from either
    bool closed[2] = {};
    bool broken = false;

    void tell_all() noexcept {
        for (Line& line : lines) line.changed.broadcast();
    }
    void break_it() noexcept {
        broken = true;
        tell_all();
    }
};

namespace {

class SimStream final : public StreamEnd {
  public:
    SimStream(std::shared_ptr<SimLink> link, std::size_t side)
        : link_(std::move(link)), side_(side) {}
    ~SimStream() override { close(); }

    Result<std::size_t> read_some(std::span<std::byte> into,
                                  const std::source_location& where) override {
        TRY(until_readable(read_deadline_, where));
        Line& line = in();
        Line::Piece& first = line.pieces.front();
        const std::size_t n = std::min(into.size(), first.bytes.size());
        std::copy_n(first.bytes.begin(), n, into.begin());
        if (first.bytes.empty()) return n;  // the end stays where it is
        if (n < first.bytes.size())
            first.bytes.erase(first.bytes.begin(),
                              first.bytes.begin() + static_cast<std::ptrdiff_t>(n));
        else
            line.pieces.pop_front();
        line.bytes -= n;
        line.changed.broadcast();
        return n;
    }

    Result<std::size_t> write_some(std::span<const std::byte> from,
                                   const std::source_location& where) override {
        step();
        TRY(until_writable(where));
        if (SimRoute::happens(link_->route->faults.reset_one_in)) {
            link_->break_it();
            return was_reset();
        }
        std::size_t n = std::min(from.size(), link_->route->faults.buffer - out().bytes);
        if (n > 1 && link_->route->faults.short_writes && choose(Choice::network, 2) == 1) n /= 2;
        if (n != 0) send({from.begin(), from.begin() + static_cast<std::ptrdiff_t>(n)});
        return n;
    }

    void set_read_deadline(TimePoint when) noexcept override {
        read_deadline_ = when;
        in().changed.broadcast();
    }
    void set_write_deadline(TimePoint when) noexcept override {
        write_deadline_ = when;
        out().changed.broadcast();
    }
    void shutdown_write() noexcept override {
        if (link_->closed[side_] || link_->broken || out().ended) return;
        out().ended = true;
        send({});
    }
    void close() noexcept override {
        if (link_->closed[side_]) return;
        shutdown_write();
        link_->closed[side_] = true;
        link_->tell_all();
    }
    void abort() noexcept override {
        if (link_->closed[side_]) return;
        link_->closed[side_] = true;
        link_->break_it();
    }
    bool wait_closed(const std::source_location& where) override {
        const auto readable = until_readable(TimePoint::max(), where);
        return !readable || in().pieces.front().bytes.empty();
    }
    std::string peer(bool with_port) const override {
        const std::string& name = link_->names[1 - side_];
        return with_port ? name : name.substr(0, name.rfind(':'));
    }
    std::string local() const override { return link_->names[side_]; }
    int fd() const noexcept override { return -1; }

  private:
    Line& in() noexcept { return link_->lines[1 - side_]; }
    Line& out() noexcept { return link_->lines[side_]; }

    // What was written first arrives first.
    void send(std::vector<std::byte> bytes) {
        TimePoint arrives = Clock::now() + link_->route->delay();
        if (!out().pieces.empty()) arrives = std::max(arrives, out().pieces.back().arrives);
        out().bytes += bytes.size();
        out().pieces.push_back({arrives, std::move(bytes)});
        out().changed.broadcast();
    }

    // `deadline` may change meanwhile.
    Result<void> until_readable(const TimePoint& deadline, const std::source_location& where) {
        step();
        for (;;) {
            if (link_->closed[side_]) return closed_here();
            if (link_->broken) return was_reset();
            TimePoint next = TimePoint::max();
            if (!in().pieces.empty() && !link_->route->is_cut) next = in().pieces.front().arrives;
            if (next <= Clock::now()) return {};
            if (deadline <= Clock::now()) return too_late();
            wait(in().changed, std::min(deadline, next), where);
        }
    }

    Result<void> until_writable(const std::source_location& where) {
        for (;;) {
            if (link_->closed[side_] || out().ended) return closed_here();
            if (link_->broken || link_->closed[1 - side_]) return was_reset();
            if (out().bytes < link_->route->faults.buffer) return {};
            if (write_deadline_ <= Clock::now()) return too_late();
            wait(out().changed, write_deadline_, where);
        }
    }

    const std::shared_ptr<SimLink> link_;
    const std::size_t side_;
    TimePoint read_deadline_ = TimePoint::max();
    TimePoint write_deadline_ = TimePoint::max();
};

}  // namespace

class SimListener final : public StreamSource {
  public:
    SimListener(std::string address, int backlog)
        : address_(std::move(address)), backlog_(static_cast<std::size_t>(std::max(1, backlog))) {}
    ~SimListener() override { close(); }

    Result<net::Connection> accept(const std::source_location& where) override {
        step();
        while (waiting_.empty() && !closed_) wait(changed_, TimePoint::max(), where);
        if (closed_) return closed_here();
        net::Connection first(std::move(waiting_.front()));
        waiting_.pop_front();
        return first;
    }
    void close() noexcept override {
        closed_ = true;
        while (!waiting_.empty()) {
            waiting_.front()->abort();
            waiting_.pop_front();
        }
        changed_.broadcast();
    }
    std::string address() const override { return address_; }
    int fd() const noexcept override { return -1; }

    bool is_closed() const noexcept { return closed_; }
    /// False: too many wait.
    bool offer(std::shared_ptr<StreamEnd> end) {
        if (closed_ || waiting_.size() == backlog_) return false;
        waiting_.push_back(std::move(end));
        changed_.broadcast();
        return true;
    }

  private:
    const std::string address_;
    const std::size_t backlog_;
    bool closed_ = false;
    std::deque<std::shared_ptr<StreamEnd>> waiting_;
    Cond changed_{"listener"};
};

std::shared_ptr<SimRoute> SimStreams::shared_route(const std::string& address) {
    auto& route = routes_[address];
    if (!route) route = std::make_shared<SimRoute>(faults_);
    return route;
}

SimRoute& SimStreams::route(const std::string& address) {
    return *shared_route(address);
}

Result<net::Listener> SimStreams::listen(const std::string& address, int backlog) {
    std::string name = address;
    if (address.ends_with(":0"))
        name = address.substr(0, address.size() - 1) + std::to_string(next_port_++);
    SimRoute& route = this->route(name);
    if (const auto before = route.listener.lock(); before && !before->is_closed())
        return Error{ErrorKind::unavailable, "address-in-use", "somebody listens there"};
    auto listener = std::make_shared<SimListener>(name, backlog);
    route.listener = listener;
    return net::Listener(std::move(listener));
}

Result<net::Connection> SimStreams::dial(const std::string& address,
                                         const std::source_location& where) {
    const auto route = shared_route(address);
    const TimePoint until = Clock::now() + dial_patience;
    while (route->is_cut) {
        if (until <= Clock::now()) return too_late();
        wait(route->changed, until, where);
    }
    sleep(route->delay(), where);
    auto listener = route->listener.lock();
    if (!listener)
        if (const auto port = address.rfind(':'); port != std::string::npos)
            listener = shared_route(address.substr(port))->listener.lock();
    auto link = std::make_shared<SimLink>(route);
    link->names[0] = "dialler:" + std::to_string(next_port_++);
    link->names[1] = address;
    if (!listener || !listener->offer(std::make_shared<SimStream>(link, 1)))
        return Error{ErrorKind::unavailable, "refused", "nobody listens there"};
    std::erase_if(route->links, [](const auto& one) { return one.expired(); });
    route->links.push_back(link);
    net::Connection connection(std::make_shared<SimStream>(link, 0));
    sleep(route->delay(), where);
    return connection;
}

void SimStreams::cut(SimRoute& route) noexcept {
    route.is_cut = true;
}

void SimStreams::mend(SimRoute& route) noexcept {
    route.is_cut = false;
    route.changed.broadcast();
    const auto links = route.links;
    for (const auto& one : links)
        if (const auto link = one.lock()) link->tell_all();
}

void SimStreams::reset(SimRoute& route) noexcept {
    const auto links = std::exchange(route.links, {});
    for (const auto& one : links)
        if (const auto link = one.lock()) link->break_it();
}

}  // namespace weft::inline abi1::detail

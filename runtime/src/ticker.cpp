// SPDX-License-Identifier: Apache-2.0
// A channel of one place that the clock sends into. What makes it look like a rendezvous is that
// stop() and reset() take out what nobody has received: first the clock is stopped (when stop_timer
// returns it is not sending), then the place is emptied, so nothing of the time before is left. A
// tick moves its own next one on before it sends, under the lock that stop() takes, so a tick in
// progress cannot start again what was stopped.
#include "weft/ticker.h"

#include <mutex>

#include "weft/detail/other_side.h"
#include "weft/detail/timer.h"
#include "weft/ensure.h"
#include "weft/no_park.h"

namespace weft::inline abi1 {
namespace detail {

class TickSource {
  public:
    TickSource(const char* name, const char* handle, const std::source_location& where)
        : ends_(channel<TimePoint>(1, name, where)), clock_side_(std::make_shared<OtherSide>()) {
        clock_side_->handle = handle;
        DetailAccess::core(ends_.first)->serve_by(clock_side_);
        clock_.source = this;
        clock_.fire = [](detail::Timer* timer) noexcept {
            static_cast<SourceTimer*>(timer)->source->fired();
        };
        again_.source = this;
        again_.fire = clock_.fire;
    }
    ~TickSource() { stop(); }
    TickSource(const TickSource&) = delete;
    TickSource& operator=(const TickSource&) = delete;

    Receiver<TimePoint>& receiver() noexcept { return ends_.second; }
    /// Who has the handle may start it again.
    void handle_lies_at(const void* handle) noexcept {
        clock_side_->handles.first()->at.store(handle, std::memory_order_relaxed);
    }

    void start(Duration delay, Duration period) noexcept {
        std::lock_guard one_at_a_time(control_);
        start_locked(delay, period);
    }

    /// True: a moment was still to come, or to be received.
    bool stop() noexcept {
        const NoPark spinning_waits_for_us;
        std::lock_guard one_at_a_time(control_);
        return stop_locked();
    }

    bool restart(Duration delay, Duration period) noexcept {
        const NoPark spinning_waits_for_us;
        std::lock_guard one_at_a_time(control_);
        const bool was_running = stop_locked();
        start_locked(delay, period);
        return was_running;
    }

  private:
    struct SourceTimer : detail::Timer {
        TickSource* source = nullptr;
    };

    void start_locked(Duration delay, Duration period) noexcept {
        std::lock_guard guard(lock_);
        period_ = period;
        running_ = true;
        clock_side_->acts_itself = true;
        current_ = &clock_;
        current_->when = Clock::now() + delay;
        start_timer(*current_);
    }

    bool stop_locked() noexcept {
        bool was_running = false;
        {
            std::lock_guard guard(lock_);
            was_running = std::exchange(running_, false);
        }
        // A tick that is in progress sees that it is stopped, or has started the other timer.
        stop_timer(clock_);
        stop_timer(again_);
        clock_side_->acts_itself = false;
        const bool unreceived = static_cast<bool>(ends_.second.try_recv());
        return was_running || unreceived;
    }

    void fired() noexcept {
        std::lock_guard guard(lock_);
        if (!running_) return;
        const TimePoint now = Clock::now();
        if (period_ == Duration::zero()) {
            running_ = false;
        } else {
            // A timer cannot start itself while it fires, so two take turns.
            const TimePoint due = current_->when;
            current_ = current_ == &clock_ ? &again_ : &clock_;
            stop_timer(*current_);
            current_->when = due + period_ * (1 + (now - due) / period_);
            start_timer(*current_);
        }
        (void)ends_.first.try_send(now);
        if (!running_) clock_side_->acts_itself = false;
    }

    std::pair<Sender<TimePoint>, Receiver<TimePoint>> ends_;
    const std::shared_ptr<OtherSide> clock_side_;
    SpinLock control_;  // stop() and reset() from several sides
    SpinLock lock_;     // taken by a tick
    bool running_ = false;
    Duration period_{};
    SourceTimer clock_;
    SourceTimer again_;
    SourceTimer* current_ = &clock_;
};

}  // namespace detail

// --- one moment ----------------------------------------------------------------------------------

Timer::Timer(Duration delay, const std::source_location& where)
    : source_(std::make_unique<detail::TickSource>("timer", "Timer", where)) {
    lies_here();
    source_->start(delay, Duration::zero());
}
Timer::Timer(Timer&& other) noexcept : source_(std::move(other.source_)) {
    lies_here();
}
Timer& Timer::operator=(Timer&& other) noexcept {
    source_ = std::move(other.source_);
    lies_here();
    return *this;
}
void Timer::lies_here() noexcept {
    if (source_ != nullptr) source_->handle_lies_at(this);
}
Timer::~Timer() = default;

Receiver<TimePoint>& Timer::expired() noexcept {
    return source_->receiver();
}
bool Timer::stop() noexcept {
    return source_->stop();
}
bool Timer::reset(Duration delay) noexcept {
    return source_->restart(delay, Duration::zero());
}

// --- one every period ----------------------------------------------------------------------------

namespace {
void check(Duration period, const std::source_location& where) noexcept {
    if (period <= Duration::zero())
        contract_broken("period > 0", "a Ticker needs a period that is positive", where);
}
}  // namespace

Ticker::Ticker(Duration period, const std::source_location& where)
    : source_(std::make_unique<detail::TickSource>("ticker", "Ticker", where)) {
    lies_here();
    check(period, where);
    source_->start(period, period);
}
Ticker::Ticker(Ticker&& other) noexcept : source_(std::move(other.source_)) {
    lies_here();
}
Ticker& Ticker::operator=(Ticker&& other) noexcept {
    source_ = std::move(other.source_);
    lies_here();
    return *this;
}
void Ticker::lies_here() noexcept {
    if (source_ != nullptr) source_->handle_lies_at(this);
}
Ticker::~Ticker() = default;

Receiver<TimePoint>& Ticker::ticks() noexcept {
    return source_->receiver();
}
void Ticker::stop() noexcept {
    source_->stop();
}
void Ticker::reset(Duration period, const std::source_location& where) noexcept {
    check(period, where);
    source_->restart(period, period);
}

}  // namespace weft::inline abi1

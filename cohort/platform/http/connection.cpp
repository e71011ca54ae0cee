// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/connection.h"

#include <algorithm>
#include <utility>

#include "weft/context.h"

#include "cohort/platform/http/event_stream.h"
#include "cohort/platform/http/problem.h"
#include "cohort/platform/http/writer.h"

namespace cohort::http {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t read_bytes = 64 * 1024;         // a step of a body
constexpr std::size_t discard_bytes_max = 64 * 1024;  // an unread body worth reading to keep alive
constexpr std::size_t linger_bytes_max = 4 * 1024 * 1024;
constexpr std::chrono::milliseconds linger_time{1000};

Error gone() {
    return unavailable("peer-gone", "The caller has gone.");
}

Error too_slow() {
    return {ErrorKind::timeout, "request-timeout", "The request took too long to arrive."};
}

// A request that may follow an empty line: some old clients end a body with one (RFC 9112 §2.2).
void skip_empty_line(Input& input) {
    if (input.unread().starts_with("\r\n")) input.consume(2);
}

}  // namespace

void Connection::serve() {
    while (true) {
        const auto head_bytes = wait_for_head();
        if (!head_bytes) {
            if (head_bytes.error().code != "peer-gone") refuse(head_bytes.error());
            return;
        }
        if (serve_one(*head_bytes) == After::close) return;
        if (phase_.load() == Phase::stopping && input_.unread().empty()) break;
    }
    linger();
}

// Shape: the length of the complete head at the front of the input.
Result<std::size_t> Connection::wait_for_head() {
    auto until = weft::Clock::now() + limits_.idle_timeout;
    std::size_t seen = 0;
    bool begun = false;
    while (true) {
        if (seen == 0) skip_empty_line(input_);
        const std::string_view bytes = input_.unread();
        if (!bytes.empty() && !std::exchange(begun, true)) {
            until = weft::Clock::now() + limits_.header_timeout;
        }
        const auto end = TRY(find_head_end(bytes, seen, limits_.head));
        if (end) return *end;
        seen = bytes.empty() ? 0 : bytes.size() - 1;
        // The order matters: stop() sets the phase and then looks at the state.
        State waiting = begun ? State::in_head : State::idle;
        state_.store(waiting);
        if (!begun && phase_.load() == Phase::stopping) return gone();
        const auto got = input_.fill(until);
        if (!state_.compare_exchange_strong(waiting, State::busy)) return gone();
        if (got && *got > 0) continue;
        const bool is_slow = !got && got.error().kind == ErrorKind::timeout;
        return begun && is_slow ? too_slow() : gone();
    }
}

// Who waits as it was told goes first, with those who never asked: what it has sent meanwhile was
// to come later.
bool Connection::give_way(bool newcomers_only) noexcept {
    if (State waiting = State::waiting; state_.compare_exchange_strong(waiting, State::ended)) {
        is_enough_.set();
        return true;
    }
    if (newcomers_only && answered_.load()) return false;
    if (stream_.has_input()) return false;
    for (State waiting : {State::idle, State::in_head}) {
        if (!state_.compare_exchange_strong(waiting, State::ended)) continue;
        stream_.stop_reading();
        return true;
    }
    return false;
}

void Connection::stop_if_idle() noexcept {
    const State state = state_.load();
    if (state == State::idle) stream_.stop_reading();
    if (state == State::waiting) is_enough_.set();
}

Connection::After Connection::serve_one(std::size_t head_bytes) {
    parser_.emplace(limits_.head);
    auto head = parser_->head(input_.unread().substr(0, head_bytes));
    if (!head) {
        refuse(head.error());
        return After::close;
    }
    input_.consume(head_bytes);
    head_ = std::move(*head);
    body_started_ = false;
    const bool head_only = head_.method == "HEAD";
    const Answer answer = dispatcher_.answer(head_, *this, stream_, peer_);
    answered_.store(true);
    if (answer.peer_gone) return After::close;
    if (answer.reply.events) return serve_events(answer, head_only);
    const auto unheard_until = weft::Clock::now() + answer.unheard;
    const After then = send(answer, head_only);
    return answer.unheard > weft::Duration{} ? keep_waiting(then, unheard_until) : then;
}

Connection::After Connection::send(const Answer& answer, bool head_only) {
    // Who is told that its body is too large need not go on sending it.
    const bool is_wanted = answer.reply.status != 413;
    const bool keep =
        head_.keep_alive && phase_.load() == Phase::open && is_wanted && can_discard_body();
    if (!write(answer, keep, head_only)) return After::close;
    if (keep && discard_body()) return After::keep;
    linger();
    return After::close;
}

// Nothing is read of who was told to wait, and its place is kept though it may have hung up: else
// it would only have to come back on another connection.
Connection::After Connection::keep_waiting(After then, weft::TimePoint until) {
    // The order matters: stop() sets the phase and then looks at the state.
    State waiting = State::waiting;
    state_.store(waiting);
    if (phase_.load() != Phase::stopping) {
        (void)weft::deadline(until, [&]() -> Result<void> {
            is_enough_.wait();
            return {};
        });
    }
    return state_.compare_exchange_strong(waiting, State::busy) ? then : After::close;
}

// The stream ends with the connection: no length could be told. What the caller sends meanwhile is
// no request any more.
Connection::After Connection::serve_events(const Answer& answer, bool head_only) {
    if (!write(answer, false, head_only)) return After::close;
    if (!head_only) {
        EventStream sink{stream_, answer.may_listen, phase_, limits_.body_grace};
        dispatcher_.feed(answer, sink, stream_);
    }
    stream_.finish_writing();
    return After::close;
}

weft::TimePoint Connection::body_deadline(std::size_t bytes) const {
    const auto earned = std::chrono::milliseconds{static_cast<std::int64_t>(bytes) * 1000 /
                                                  limits_.bytes_per_second_min};
    return body_began_ + limits_.body_grace + earned;
}

Result<std::string> Connection::read(std::size_t limit) {
    std::string body;
    if (!head_.has_body) return body;
    if (!std::exchange(body_started_, true)) {
        body_began_ = weft::Clock::now();
        if (head_.expects_continue && input_.unread().empty()) {
            if (!stream_.write_all("HTTP/1.1 100 Continue\r\n\r\n", body_deadline(0)))
                return gone();
        }
    }
    if (head_.content_length) {
        body.reserve(static_cast<std::size_t>(
            std::min<std::uint64_t>(*head_.content_length, small_body_bytes)));
    }
    ENSURE(parser_.has_value(), "a body is read after its head");
    while (true) {
        input_.consume(TRY(parser_->body(input_.unread(), body, limit)));
        if (parser_->done()) return body;
        const auto got = input_.fill(body_deadline(body.size()), read_bytes);
        if (got && *got > 0) continue;
        return !got && got.error().kind == ErrorKind::timeout ? too_slow() : gone();
    }
}

// An unread body that is small and on its way is cheaper to read than a fresh connection.
bool Connection::can_discard_body() const {
    if (!parser_ || parser_->done()) return true;
    if (body_started_ || head_.expects_continue) return false;
    return head_.content_length.value_or(discard_bytes_max + 1) <= discard_bytes_max;
}

// After the answer, which may be why it is never sent. Shape: whether the next request can be read
// from here.
bool Connection::discard_body() {
    return !parser_ || parser_->done() || read(discard_bytes_max).ok();
}

Result<void> Connection::write(const Answer& answer, bool keep_alive, bool head_only) {
    const Framing framing{keep_alive, head_only, answer.request_id, now()};
    const Reply* reply = &answer.reply;
    std::string out;
    Reply fallback;
    if (!append_head(out, *reply, framing)) {
        fallback = problem(internal("bad-header", "The answer could not be written."));
        reply = &fallback;
        TRY(append_head(out, *reply, framing));
    }
    std::string_view body = has_body(*reply, framing) ? reply->content() : std::string_view{};
    const auto until = weft::Clock::now() + limits_.body_grace +
                       std::chrono::milliseconds{static_cast<std::int64_t>(body.size()) * 1000 /
                                                 limits_.bytes_per_second_min};
    if (body.size() <= small_body_bytes) {
        out += body;
        body = {};
    }
    TRY(stream_.write_all(out, until));
    if (!body.empty()) TRY(stream_.write_all(body, until));
    return {};
}

void Connection::refuse(const Error& error) {
    if (write(dispatcher_.refuse(error, peer_), false, false)) linger();
}

// Closing with unread bytes makes the kernel reset the connection, and the answer is lost on its
// way. So: say that no more comes, and read on for a moment.
void Connection::linger() {
    stream_.finish_writing();
    const auto until = weft::Clock::now() + linger_time;
    for (std::size_t bytes = 0; bytes < linger_bytes_max;) {
        input_.consume(input_.unread().size());
        const auto got = input_.fill(until, read_bytes);
        if (!got || *got == 0) return;
        bytes += *got;
    }
}

}  // namespace cohort::http

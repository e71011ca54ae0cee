// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "weft/event.h"

#include "cohort/platform/http/dispatcher.h"
#include "cohort/platform/http/guest.h"
#include "cohort/platform/http/input.h"
#include "cohort/platform/http/parser.h"
#include "cohort/platform/http/stream.h"

namespace cohort::http {

/// How long a connection may take. Whoever is slower is given up, because a thousand of them would
/// otherwise keep everybody else out.
struct ConnectionLimits {
    HeadLimits head = {};
    std::chrono::milliseconds header_timeout{10'000};  ///< from a request's first byte
    std::chrono::milliseconds idle_timeout{60'000};    ///< between requests
    std::chrono::milliseconds body_grace{10'000};      ///< then the minimum rate counts
    std::int64_t bytes_per_second_min = 1024;          ///< of bodies in both directions
};

/// Answers the requests of one connection in their order until it ends.
class Connection final : public Guest, private BodySource {
  public:
    Connection(Stream& stream, std::string peer, Dispatcher& dispatcher,
               const ConnectionLimits& limits, const std::atomic<Phase>& phase)
        : stream_(stream),
          peer_(std::move(peer)),
          dispatcher_(dispatcher),
          limits_(limits),
          phase_(phase),
          input_(stream) {}

    /// Returns when the peer has closed, a bound was passed or the server stops. Ends writing,
    /// waits a moment for the peer to read what it was told, and leaves closing the stream to the
    /// caller.
    void serve();

    bool give_way(bool newcomers_only) noexcept override;
    bool is_new() noexcept override { return !answered_.load(); }
    void stop_if_idle() noexcept override;

  private:
    enum class After : std::uint8_t { keep, close };

    Result<std::string> read(std::size_t limit) override;
    Result<std::size_t> wait_for_head();
    After serve_one(std::size_t head_bytes);
    After send(const Answer& answer, bool head_only);
    After keep_waiting(After then, weft::TimePoint until);
    After serve_events(const Answer& answer, bool head_only);
    Result<void> write(const Answer& answer, bool keep_alive, bool head_only);
    bool can_discard_body() const;
    bool discard_body();
    void refuse(const Error& error);
    void linger();
    weft::TimePoint body_deadline(std::size_t bytes) const;

    Stream& stream_;
    std::string peer_;
    Dispatcher& dispatcher_;
    const ConnectionLimits& limits_;
    const std::atomic<Phase>& phase_;
    Input input_;
    /// What it does: waits for a request, has got a part of its head, answers, lets a caller wait
    /// as it was told, or makes room.
    enum class State : std::uint8_t { idle, in_head, busy, waiting, ended };
    std::atomic<State> state_{State::busy};
    weft::Event is_enough_{"who was told to wait"};
    std::atomic<bool> answered_{false};  // one request at least

    std::optional<Parser> parser_;  // of the request in hand
    Head head_;
    bool body_started_ = false;
    weft::TimePoint body_began_{};
};

}  // namespace cohort::http

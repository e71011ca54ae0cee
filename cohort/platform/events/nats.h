// SPDX-License-Identifier: Apache-2.0
// NATS JetStream as the carrier between servers. What it forgets is in the store: it may be killed
// and wiped, and lost are only the messages, not the events.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "cohort/platform/events/outbox.h"

namespace cohort::events {

struct NatsOptions {
    std::string url = {};  ///< "nats://HOST:4222", "tls://…"; several with commas; empty: not used
    std::string credentials = {};  ///< a .creds file of NATS; empty: none
    std::string authority =
        {};  ///< PEM file of who signed the server's certificate; empty: the system's
    std::string stream = "cohort";  ///< of this store alone; its subjects are STREAM.events.TOPIC
};

/// A connection, made when it is first needed and again after each failure.
class NatsLink;

/// Puts events into the stream.
class NatsPublisher {
  public:
    explicit NatsPublisher(const NatsOptions& options);
    ~NatsPublisher();

    /// Puts events into the stream, which is made where it is missing. A message is the event as
    /// JSON; its Nats-Msg-Id is the event's id, so that one that is there already is not doubled.
    ///
    /// Errors: unavailable/nats-…; some of them may be there.
    /// Blocks: the goroutine, on a real thread.
    Result<void> put(std::span<const Event> events);

  private:
    const NatsOptions options_;
    std::unique_ptr<NatsLink> link_;
};

/// Hears of the events of one topic, by a durable consumer of the subscriber's name.
class NatsFeed {
  public:
    NatsFeed(const NatsOptions& options, std::string subscriber, std::string topic);
    ~NatsFeed();

    /// The highest position it was told; 0 when there was no message in that time.
    ///
    /// Errors: unavailable/nats-….
    /// Blocks: the goroutine, on a real thread, for that time at most.
    Result<std::int64_t> hear(std::chrono::milliseconds wait);

    /// What was heard is done: it is not told again.
    void acknowledge();
    /// It is not done: it is told again.
    void decline();

  private:
    const NatsOptions options_;
    const std::string subscriber_;
    const std::string topic_;
    std::unique_ptr<NatsLink> link_;
};

}  // namespace cohort::events

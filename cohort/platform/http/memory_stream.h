// SPDX-License-Identifier: Apache-2.0
// A connection without a network, for tests and the simulator: two ends of memory.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "weft/channel.h"
#include "weft/select.h"

#include "cohort/platform/http/stream.h"

namespace cohort::http {

/// The server's end and the caller's end of one connection.
class MemoryStream final : public Stream {
  public:
    using Ends = std::pair<weft::Sender<std::string>, weft::Receiver<std::string>>;

    /// The caller's end. Dropping it is hanging up.
    class Peer {
      public:
        Peer(weft::Sender<std::string> out, weft::Receiver<std::string> in,
             std::shared_ptr<std::atomic<bool>> gone)
            : out_(std::move(out)), in_(std::move(in)), gone_(std::move(gone)) {}
        Peer(Peer&&) = default;
        Peer& operator=(Peer&&) = default;
        ~Peer() { hang_up(); }

        /// Shape: false once the server has stopped reading for good.
        bool send(std::string bytes) { return out_ && out_->send(std::move(bytes)); }

        /// What the server wrote next; nothing once it has ended.
        std::optional<std::string> receive() { return in_.recv(); }

        /// All the server writes until it ends.
        std::string receive_all() {
            std::string all;
            while (auto bytes = receive()) all += *bytes;
            return all;
        }

        void finish_sending() { out_.reset(); }
        void hang_up() {
            if (gone_) gone_->store(true);
            out_.reset();
        }

      private:
        std::optional<weft::Sender<std::string>> out_;
        weft::Receiver<std::string> in_;
        std::shared_ptr<std::atomic<bool>> gone_;
    };

    /// Makes both ends. `pieces` written and not yet received wait; then writing waits.
    static std::pair<std::unique_ptr<MemoryStream>, Peer> make(std::size_t pieces = 1024) {
        auto up = weft::channel<std::string>(pieces, "to the server");
        auto down = weft::channel<std::string>(pieces, "to the caller");
        auto gone = std::make_shared<std::atomic<bool>>(false);
        return {std::unique_ptr<MemoryStream>{
                    new MemoryStream{std::move(up.second), std::move(down.first), gone}},
                Peer{std::move(up.first), std::move(down.second), gone}};
    }

    Result<std::size_t> read_some(std::span<char> into, weft::TimePoint until) override {
        if (stopped_.load()) return std::size_t{0};
        if (unread_.empty() && !ended_) {
            bool late = false;
            weft::select(weft::on(in_,
                                  [&](std::optional<std::string> bytes) {
                                      ended_ = !bytes;
                                      if (bytes) unread_ = std::move(*bytes);
                                  }),
                         weft::on(stop_.second, [&](char) {}),
                         weft::after(until - weft::Clock::now(), [&] { late = true; }));
            if (late) return Error{ErrorKind::timeout, "deadline", "nothing came in time"};
        }
        const std::size_t size = std::min(into.size(), unread_.size());
        std::copy_n(unread_.begin(), size, into.begin());
        unread_.erase(0, size);
        return size;
    }

    Result<void> write_all(std::string_view bytes, weft::TimePoint until) override {
        if (gone_->load() || !out_) return unavailable("peer-gone", "nobody is there");
        return weft::deadline(until, [&]() -> Result<void> {
            if (out_->send(std::string{bytes})) return {};
            return unavailable("peer-gone", "nobody is there");
        });
    }

    bool peer_gone() noexcept override { return gone_->load(); }
    bool has_input() noexcept override { return in_.size() > 0; }
    void stop_reading() noexcept override {
        if (!stopped_.exchange(true)) (void)stop_.first.try_send('s');
    }
    void finish_writing() noexcept override { out_.reset(); }

  private:
    MemoryStream(weft::Receiver<std::string> in, weft::Sender<std::string> out,
                 std::shared_ptr<std::atomic<bool>> gone)
        : in_(std::move(in)), out_(std::move(out)), gone_(std::move(gone)) {}

    weft::Receiver<std::string> in_;
    std::optional<weft::Sender<std::string>> out_;
    std::shared_ptr<std::atomic<bool>> gone_;
    std::pair<weft::Sender<char>, weft::Receiver<char>> stop_ = weft::channel<char>(1, "stop");
    std::atomic<bool> stopped_{false};
    std::string unread_;
    bool ended_ = false;
};

}  // namespace cohort::http

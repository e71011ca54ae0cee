// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/auth/turns.h"

#include "weft/ensure.h"

namespace cohort::auth {

namespace {

class Waiting {
  public:
    explicit Waiting(std::atomic<int>& count) : count_(count), others_(count.fetch_add(1)) {}
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    ~Waiting() { count_.fetch_sub(1); }
    int others() const noexcept { return others_; }

  private:
    std::atomic<int>& count_;
    int others_;
};

std::size_t checked(int at_once) {
    ENSURE(at_once >= 1, "somebody must have a turn");
    return static_cast<std::size_t>(at_once);
}

}  // namespace

Turns::Turns(int at_once, int waiting_max)
    : waiting_max_(waiting_max), places_(weft::channel<Place>(checked(at_once), "turns")) {}

Turns::Turn::~Turn() {
    if (turns_ == nullptr) return;
    const auto given_back = turns_->places_.second.try_recv();
    ENSURE(static_cast<bool>(given_back), "who has a turn has a place in the channel");
}

std::optional<Turns::Turn> Turns::take() {
    if (places_.first.try_send(Place{})) return Turn(this);
    const Waiting me(waiting_);
    if (me.others() >= waiting_max_) return std::nullopt;
    const auto sent = places_.first.send(Place{});
    ENSURE(!sent.disconnected(), "the turns hold both ends");
    return Turn(this);
}

}  // namespace cohort::auth

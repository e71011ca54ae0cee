// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "weft/mutex.h"

#include "cohort/platform/resilience/window.h"

namespace cohort::resilience {

/// What is given up first when not everything can be done. Nothing of a class is refused while
/// anything of a lower one would still be taken.
enum class Priority : std::uint8_t {
    bulk,   ///< exports: nobody waits at a screen
    read,   ///< what somebody looks at
    write,  ///< what somebody has entered: a submission, an adverse event
    vital,  ///< whether the server lives: never refused
};

struct ShedderOptions {
    std::size_t running_max = 4096;  ///< of all classes; bulk takes half of it at most, reads 80 %
    std::size_t running_min = 256;   ///< so many run whatever else

    /// Whether the machine has more to do than it can. Empty: never.
    std::function<bool()> is_overloaded = {};
};

/// Refuses early what would only wait: when the machine is overloaded, no more run than it has been
/// seen to finish in the time that one takes.
///
/// Source: Little's law over the last 5 s in 50 buckets, as go-zero's adaptive shedder has it:
///         most finished in a bucket * buckets a second * least mean time.
class Shedder {
  public:
    explicit Shedder(ShedderOptions options) : options_(std::move(options)) {}

    /// Held by what runs.
    class [[nodiscard]] Pass {
      public:
        Pass(Pass&& other) noexcept
            : shedder_(std::exchange(other.shedder_, nullptr)),
              priority_(other.priority_),
              began_(other.began_) {}
        Pass& operator=(Pass&&) = delete;
        ~Pass();

      private:
        friend class Shedder;
        Pass(Shedder& shedder, Priority priority);
        Shedder* shedder_;
        Priority priority_;
        weft::TimePoint began_ = weft::Clock::now();
    };

    /// Shape: nothing when it has to be refused.
    std::optional<Pass> admit(Priority priority);

    /// Whether this would be refused at this moment.
    bool would_refuse(Priority priority);

  private:
    static constexpr std::size_t classes = 4;
    struct Bucket {
        std::int64_t finished = 0;
        weft::Duration took{};
    };

    std::size_t running_from(Priority priority) const;  // this class and those above
    std::size_t sustainable();
    bool refuses(Priority priority);
    void finished(Priority priority, weft::Duration took) noexcept;

    const ShedderOptions options_;
    weft::Mutex mutex_{"shedder"};  // guards the two below
    std::array<std::size_t, classes> running_{};
    Window<Bucket, 50> last_{std::chrono::seconds{5}};
};

}  // namespace cohort::resilience

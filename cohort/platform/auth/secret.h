// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace cohort::auth {

/// Text that is wiped from memory when it is no longer needed. It moves without leaving a copy
/// behind and cannot be copied, printed or compared by accident.
class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string_view text);

    /// Takes the text over and wipes the place it came from.
    static Secret taken_from(std::string& text);

    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    ~Secret();

    std::string_view reveal() const noexcept { return {bytes_.get(), size_}; }
    bool empty() const noexcept { return size_ == 0; }

  private:
    void wipe() noexcept;

    std::unique_ptr<char[]> bytes_;
    std::size_t size_ = 0;
};

/// Overwrites the characters (the compiler may not leave it out) and empties the string.
void wipe(std::string& text) noexcept;

}  // namespace cohort::auth

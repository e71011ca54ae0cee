// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace weft::inline abi1 {

/// While it lives, parking in this goroutine or thread is a contract breach: for C callbacks, for a
/// store's writer, for anything that must not be left halfway.
class NoPark {
  public:
    NoPark() noexcept;
    ~NoPark();
    NoPark(const NoPark&) = delete;
    NoPark& operator=(const NoPark&) = delete;
};

}  // namespace weft::inline abi1

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::inline abi1::detail {

/// A pointer by which the runtime itself finds its way, and no code of the program: links of lists
/// through goroutines' frames, the places of ends. Kept as the complement, so that who searches
/// memory for what the program can still reach does not follow it (deep_scan.h).
template <class T>
class Hidden {
  public:
    constexpr Hidden() noexcept = default;
    constexpr Hidden(std::nullptr_t) noexcept {}  // NOLINT(google-explicit-constructor)
    Hidden(T* pointer) noexcept                   // NOLINT(google-explicit-constructor)
        : word_(~reinterpret_cast<std::uintptr_t>(pointer)) {}
    T* get() const noexcept {
        return reinterpret_cast<T*>(~word_);  // NOLINT(performance-no-int-to-ptr): it was one
    }
    operator T*() const noexcept { return get(); }  // NOLINT(google-explicit-constructor)
    T* operator->() const noexcept { return get(); }

  private:
    std::uintptr_t word_ = ~std::uintptr_t{0};
};

}  // namespace weft::inline abi1::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <source_location>
#include <stdexcept>
#include <string>

namespace weft::inline abi1::compat {

/// What Go does by panic, as an exception: catching it is `recover`. Not caught, it ends the
/// process with a report of the goroutine it leaves.
class Panic : public std::runtime_error {
  public:
    /// `text` is Go's wording; `object`, if it has a name, and the place of the call follow it.
    Panic(const char* text, const char* object, const std::source_location& where)
        : std::runtime_error(describe(text, object, where)) {}

  private:
    static std::string describe(const char* text, const char* object,
                                const std::source_location& where) {
        std::string full = text;
        if (object != nullptr) full += std::string(" \"") + object + "\"";
        return full + " at " + where.file_name() + ":" + std::to_string(where.line());
    }
};

}  // namespace weft::inline abi1::compat

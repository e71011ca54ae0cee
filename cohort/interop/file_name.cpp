// SPDX-License-Identifier: Apache-2.0
#include "cohort/interop/file_name.h"

namespace cohort::interop {

std::string file_name(std::string_view name) {
    std::string out;
    for (const char c : name) {
        const bool is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                              (c >= 'a' && c <= 'z') || (c == '.' && !out.empty());
        out += is_plain ? c : '-';
    }
    return out;
}

}  // namespace cohort::interop

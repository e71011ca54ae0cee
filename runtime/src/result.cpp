// SPDX-License-Identifier: Apache-2.0
#include "weft/result.h"

namespace weft::inline abi1 {

const char* to_string(ErrorKind kind) noexcept {
    switch (kind) {
        case ErrorKind::invalid:
            return "invalid";
        case ErrorKind::unauthenticated:
            return "unauthenticated";
        case ErrorKind::forbidden:
            return "forbidden";
        case ErrorKind::not_found:
            return "not_found";
        case ErrorKind::conflict:
            return "conflict";
        case ErrorKind::refused:
            return "refused";
        case ErrorKind::throttled:
            return "throttled";
        case ErrorKind::unavailable:
            return "unavailable";
        case ErrorKind::timeout:
            return "timeout";
        case ErrorKind::internal:
            return "internal";
    }
    return "internal";
}

}  // namespace weft::inline abi1

// SPDX-License-Identifier: Apache-2.0
// Result and the ten kinds of failure, by the names the domain uses.
#pragma once

#include <string>
#include <utility>

#include "weft/result.h"

namespace cohort {

using weft::Error;
using weft::ErrorKind;
using weft::Result;

/// Each builds the error of its kind: `code` is the stable word programs match ("quota-full"),
/// `text` is for people and never holds patient data.
inline Error invalid(std::string code, std::string text) {
    return {ErrorKind::invalid, std::move(code), std::move(text)};
}
inline Error unauthenticated(std::string code, std::string text) {
    return {ErrorKind::unauthenticated, std::move(code), std::move(text)};
}
inline Error forbidden(std::string code, std::string text) {
    return {ErrorKind::forbidden, std::move(code), std::move(text)};
}
inline Error not_found(std::string code, std::string text) {
    return {ErrorKind::not_found, std::move(code), std::move(text)};
}
inline Error conflict(std::string code, std::string text) {
    return {ErrorKind::conflict, std::move(code), std::move(text)};
}
inline Error refused(std::string code, std::string text) {
    return {ErrorKind::refused, std::move(code), std::move(text)};
}
inline Error throttled(std::string code, std::string text) {
    return {ErrorKind::throttled, std::move(code), std::move(text)};
}
inline Error unavailable(std::string code, std::string text) {
    return {ErrorKind::unavailable, std::move(code), std::move(text)};
}
inline Error internal(std::string code, std::string text) {
    return {ErrorKind::internal, std::move(code), std::move(text)};
}

}  // namespace cohort

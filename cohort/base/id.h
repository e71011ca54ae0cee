// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>

#include "cohort/base/result.h"

namespace cohort {

/// The name of one thing of one kind: a user's id cannot be passed where a study's is wanted.
///
/// Shape: 36 characters of lower-case UUID, or empty for "none".
template <class Tag>
struct Id {
    using IdTag = Tag;

    std::string text;

    bool empty() const noexcept { return text.empty(); }
    friend bool operator==(const Id&, const Id&) = default;
    friend auto operator<=>(const Id&, const Id&) = default;
};

/// A fresh UUIDv7: 48 bits of milliseconds, 12 that keep one process's ids in the order they were
/// made, 62 of the kernel's random.
/// Source: RFC 9562 §5.7 and §6.2 (method 3).
std::string new_uuid();

/// The same UUID in lower case.
/// Errors: invalid/bad-id.
Result<std::string> parse_uuid(std::string_view text);

/// Shape: `new_id<StudyId>()`.
template <class IdType>
IdType new_id() {
    return IdType{new_uuid()};
}

/// Reads an id that came from outside; any UUID version is accepted.
/// Shape: `parse_id<StudyId>(text)`.
/// Errors: invalid/bad-id.
template <class IdType>
Result<IdType> parse_id(std::string_view text) {
    return IdType{TRY(parse_uuid(text))};
}

using OrganisationId = Id<struct OrganisationTag>;
using SiteId = Id<struct SiteTag>;
using UserId = Id<struct UserTag>;
using StudyId = Id<struct StudyTag>;
using MetadataVersionId = Id<struct MetadataVersionTag>;
using SubjectId = Id<struct SubjectTag>;
using FormId = Id<struct FormTag>;
using AuditId = Id<struct AuditTag>;

}  // namespace cohort

template <class Tag>
struct std::hash<cohort::Id<Tag>> {
    std::size_t operator()(const cohort::Id<Tag>& id) const noexcept {
        return std::hash<std::string>{}(id.text);
    }
};

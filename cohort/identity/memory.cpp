// SPDX-License-Identifier: Apache-2.0
#include "cohort/identity/memory.h"

#include <mutex>

#include "cohort/platform/auth/digest.h"

namespace cohort::identity {

namespace {

// More sessions than this at once are re-read rather than kept: memory stays bounded.
constexpr std::size_t entries_max = 10'000;

}  // namespace

Memory::Ticket Memory::ticket() {
    const std::lock_guard lock(mutex_);
    return now_;
}

std::optional<Session> Memory::find(std::string_view token, Instant at) {
    const auto hash = auth::sha256_hex(token);
    const std::lock_guard lock(mutex_);
    const auto entry = entries_.find(hash);
    if (entry == entries_.end()) return std::nullopt;
    const auto age = at.ms - entry->second.read_at.ms;
    if (age >= 0 && age < remembered_ms_) return entry->second.session;
    entries_.erase(entry);
    return std::nullopt;
}

void Memory::keep(Ticket ticket, std::string_view token, const Session& session, Instant at) {
    const auto hash = auth::sha256_hex(token);
    const std::lock_guard lock(mutex_);
    if (ticket != now_) return;
    if (entries_.size() >= entries_max) entries_.clear();
    entries_.insert_or_assign(hash, Entry{session, at});
}

void Memory::seen(std::string_view token, Instant at) {
    const auto hash = auth::sha256_hex(token);
    const std::lock_guard lock(mutex_);
    const auto entry = entries_.find(hash);
    if (entry != entries_.end()) entry->second.session.last_seen_at = at;
}

void Memory::forget() {
    const std::lock_guard lock(mutex_);
    ++now_;
    entries_.clear();
}

}  // namespace cohort::identity

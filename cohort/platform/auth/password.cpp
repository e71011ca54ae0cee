// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/auth/password.h"

#include <cerrno>
#include <sodium.h>
#include <utility>

#include "weft/blocking.h"
#include "weft/ensure.h"

#include "cohort/platform/auth/library.h"
#include "cohort/platform/auth/turns.h"

namespace cohort::auth {

namespace {

// What verify_nobody() works on: the hash of a password nobody knows, at today's cost.
std::string hash_line(std::string_view password, const HashCost& cost) {
    std::string line(crypto_pwhash_STRBYTES, '\0');
    if (crypto_pwhash_str(line.data(), password.data(), password.size(), cost.passes,
                          cost.memory_bytes) != 0)
        return {};
    line.resize(line.find('\0'));
    return line;
}

enum class Compared { same, different, unknown };

// The library says -1 for "wrong" and for "no memory"; only for the first it sets EINVAL.
Compared compare(const std::string& line, const Secret& password) {
    errno = 0;
    const auto text = password.reveal();
    if (crypto_pwhash_str_verify(line.c_str(), text.data(), text.size()) == 0)
        return Compared::same;
    return errno == EINVAL ? Compared::different : Compared::unknown;
}

Error no_memory() {
    return unavailable("out-of-memory", "There is no memory for this at present.");
}

// libsodium reads to a NUL and a line that is too long would be read beyond its buffer.
bool fits(const std::string& hash) {
    return hash.size() < crypto_pwhash_STRBYTES;
}

}  // namespace

struct PasswordHasher::State {
    explicit State(const Options& wanted)
        : options(wanted), turns(wanted.at_once, wanted.waiting_max) {}

    // The library wants a real stack and would block its thread: neither is a goroutine's.
    template <class F>
    Result<std::invoke_result_t<F>> in_turn(F f) {
        const auto turn = turns.take();
        if (!turn) return unavailable("sign-in-busy", "Too many people sign in at this moment.");
        return weft::blocking("password hash", std::move(f));
    }

    Options options;
    Turns turns;
    std::string nobody;
};

PasswordHasher::PasswordHasher() : PasswordHasher(Options{}) {}

PasswordHasher::PasswordHasher(const Options& options) {
    use_library();
    ENSURE(options.cost.memory_bytes >= crypto_pwhash_MEMLIMIT_MIN && options.cost.passes >= 1,
           "a hash costs something");
    state_ = std::make_unique<State>(options);
    state_->nobody = hash_line("nobody", options.cost);
}

PasswordHasher::~PasswordHasher() = default;

Result<std::string> PasswordHasher::hash(const Secret& password) {
    auto line =
        TRY(state_->in_turn([&] { return hash_line(password.reveal(), state_->options.cost); }));
    if (line.empty()) return no_memory();
    return line;
}

Result<bool> PasswordHasher::verify(const std::string& hash, const Secret& password) {
    const bool usable = fits(hash) && hash.starts_with("$argon2id$");
    const std::string& line = usable ? hash : state_->nobody;
    const Compared compared = TRY(state_->in_turn([&] { return compare(line, password); }));
    if (compared == Compared::unknown) return no_memory();
    return usable && compared == Compared::same;
}

Result<void> PasswordHasher::verify_nobody(const Secret& password) {
    TRY(verify(state_->nobody, password));
    return {};
}

bool PasswordHasher::is_outdated(const std::string& hash) const {
    if (!fits(hash)) return true;
    return crypto_pwhash_str_needs_rehash(hash.c_str(), state_->options.cost.passes,
                                          state_->options.cost.memory_bytes) != 0;
}

}  // namespace cohort::auth

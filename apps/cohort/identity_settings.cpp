// SPDX-License-Identifier: Apache-2.0
#include "apps/cohort/identity_settings.h"

namespace cohort::app {

identity::Settings identity_settings(const config::Config& config) {
    const auto seconds = [&](const char* key) {
        return std::chrono::duration_cast<std::chrono::seconds>(config.duration(key));
    };
    identity::Settings settings;
    settings.secure_cookie =
        config.boolean("http.cookie_secure") || !config.text("http.tls_certificate").empty();
    settings.environment = config.text("identity.environment");
    settings.lifetimes.idle = seconds("identity.session_idle");
    settings.lifetimes.absolute = seconds("identity.session_length");
    settings.guesses.per_account = static_cast<int>(config.number("identity.guesses_per_account"));
    settings.guesses.per_address = static_cast<int>(config.number("identity.guesses_per_address"));
    settings.guesses.window = seconds("identity.guesses_window");
    // What another server on the same database changes is to act here within a second.
    if (!config.text("store.postgres").empty())
        settings.remembered = std::chrono::milliseconds(800);
    // The idle time is kept no coarser than a tenth of itself.
    settings.touch_every = std::min(settings.touch_every, settings.lifetimes.idle / 10);
    return settings;
}

auth::PasswordHasher::Options hasher_options(const config::Config& config) {
    auth::PasswordHasher::Options options;
    options.at_once = static_cast<int>(config.number("identity.hash_at_once"));
    options.cost.memory_bytes = static_cast<std::size_t>(config.size("identity.hash_memory"));
    options.cost.passes = static_cast<unsigned long long>(config.number("identity.hash_passes"));
    return options;
}

}  // namespace cohort::app

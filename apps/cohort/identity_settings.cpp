// SPDX-License-Identifier: Apache-2.0
#include "apps/cohort/identity_settings.h"

namespace cohort::app {

static std::chrono::seconds seconds_of(const config::Config& config, const char* key) {
    return std::chrono::duration_cast<std::chrono::seconds>(config.duration(key));
}

static bool is_https(const config::Config& config) {
    return config.boolean("http.cookie_secure") || !config.text("http.tls_certificate").empty();
}

identity::Settings identity_settings(const config::Config& config) {
    const auto seconds = [&](const char* key) { return seconds_of(config, key); };
    identity::Settings settings;
    settings.secure_cookie = is_https(config);
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

epro::PatientSettings patient_settings(const config::Config& config) {
    epro::PatientSettings settings;
    settings.secure_cookie = is_https(config);
    settings.idle = seconds_of(config, "patient.session_idle");
    settings.absolute = seconds_of(config, "patient.session_length");
    settings.invited = seconds_of(config, "patient.invitation_kept");
    settings.guesses = identity_settings(config).guesses;
    settings.guesses.per_account = static_cast<int>(config.number("patient.guesses"));
    settings.wrong_max = static_cast<int>(config.number("patient.guesses_in_all"));
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

// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/mail/settings.h"

#include "cohort/platform/auth/private_file.h"

namespace cohort::mail {

// "https://cohort.example", a path behind it or not; what follows begins with a slash.
static bool is_base_of_links(const std::string& url) {
    const bool is_web = url.starts_with("https://") || url.starts_with("http://");
    return is_web && url.back() != '/' && url.find_first_of(" \t\r\n?#") == std::string::npos;
}

static Result<std::string> password_in(const std::string& path) {
    auto text = path.empty() ? std::optional<std::string>() : TRY(auth::read_private(path));
    if (!text)
        return invalid("no-password", "mail.user is set, and mail.password_file is not there.");
    while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
    return *std::move(text);
}

Result<std::optional<Sending>> sending_of(const config::Config& config) {
    Sending sending{.server = {.url = config.text("mail.server"),
                               .user = config.text("mail.user"),
                               .authorities = config.text("mail.authorities"),
                               .limit = config.duration("mail.limit")},
                    .from = config.text("mail.from"),
                    .links = config.text("mail.links")};
    if (sending.server.url.empty()) return std::optional<Sending>();
    if (!is_server(sending.server.url))
        return invalid("bad-mail-server",
                       "mail.server must be smtps://HOST:PORT or smtp://HOST:PORT.");
    if (!is_address(sending.from))
        return invalid("bad-address",
                       "mail.from must be an address such as reports@trial.example.");
    if (!is_base_of_links(sending.links))
        return invalid("bad-mail-links",
                       "mail.links must be where people reach this server, such as "
                       "https://cohort.hospital.example without a slash at its end.");
    if (!sending.server.user.empty())
        sending.server.password = TRY(password_in(config.text("mail.password_file")));
    return std::optional(std::move(sending));
}

}  // namespace cohort::mail

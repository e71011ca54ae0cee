// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/mail/settings.h"

#include "cohort/platform/auth/private_file.h"

namespace cohort::mail {

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
                    .from = config.text("mail.from")};
    if (sending.server.url.empty()) return std::optional<Sending>();
    if (!is_server(sending.server.url))
        return invalid("bad-mail-server",
                       "mail.server must be smtps://HOST:PORT or smtp://HOST:PORT.");
    if (!is_address(sending.from))
        return invalid("bad-address",
                       "mail.from must be an address such as reports@trial.example.");
    if (!sending.server.user.empty())
        sending.server.password = TRY(password_in(config.text("mail.password_file")));
    return std::optional(std::move(sending));
}

}  // namespace cohort::mail

// SPDX-License-Identifier: Apache-2.0
#include "cohort/identity/body.h"

#include <utility>

namespace cohort::identity {

namespace {

void wipe(json::string& text) {
    // Written through volatile, so that the compiler cannot see that nobody reads it again.
    volatile char* at = text.data();
    for (std::size_t i = 0; i < text.size(); ++i) at[i] = 0;
}

}  // namespace

Result<SecretBody> SecretBody::read(http::Request& request) {
    auto value = request.json();
    auth::wipe(request.body);
    SecretBody body{TRY(json::as_object(TRY(std::move(value)), "the body"))};
    TRY(request.doc->body.needed_schema().check(body.body_));  // a refused one is wiped too
    return body;
}

SecretBody::~SecretBody() {
    for (auto& member : body_)
        if (member.value().is_string()) wipe(member.value().get_string());
}

Result<std::string> SecretBody::text(std::string_view name) const {
    return json::get_string(body_, name);
}

Result<std::optional<std::string>> SecretBody::find_text(std::string_view name) const {
    return json::find_string(body_, name);
}

Result<auth::Secret> SecretBody::secret(std::string_view name) {
    auto text = TRY(json::get_string(body_, name));
    return auth::Secret::taken_from(text);
}

}  // namespace cohort::identity

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "cohort/base/json.h"
#include "cohort/base/result.h"
#include "cohort/platform/auth/secret.h"
#include "cohort/platform/http/request.h"

namespace cohort::identity {

/// A request's JSON object with a password in it: the password is taken out once, and every copy
/// that reading the body made is wiped, whatever the outcome.
class SecretBody {
  public:
    /// Takes the body out of the request; it is empty afterwards.
    /// Errors: those of Request::json_object().
    static Result<SecretBody> read(http::Request& request);

    SecretBody(SecretBody&&) noexcept = default;
    SecretBody& operator=(SecretBody&&) = delete;
    ~SecretBody();

    /// Errors: those of json::get_string and json::find_string.
    Result<std::string> text(std::string_view name) const;
    Result<std::optional<std::string>> find_text(std::string_view name) const;
    Result<auth::Secret> secret(std::string_view name);

  private:
    explicit SecretBody(json::object body) : body_(std::move(body)) {}

    json::object body_;
};

}  // namespace cohort::identity

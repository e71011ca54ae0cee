// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "cohort/base/json.h"
#include "cohort/capture/document.h"
#include "cohort/platform/db/tx.h"
#include "cohort/platform/http/access.h"

namespace cohort::capture {

/// Names of the users an answer speaks of, each looked up once. Who is no user of this server (the
/// author of an imported value) keeps the name the source gave.
class People {
  public:
    explicit People(db::Tx& tx) : tx_(tx) {}
    /// Who asks is known already.
    People(db::Tx& tx, const http::Principal& caller) : tx_(tx), caller_(&caller) {}

    Result<std::string> name_of(const std::string& user);

    /// Notes everybody who wrote in the document.
    Result<void> add(const Document& document);

    /// {id: name}
    json::object to_json() const;

  private:
    db::Tx& tx_;
    const http::Principal* caller_ = nullptr;
    std::map<std::string, std::string> names_;
};

}  // namespace cohort::capture

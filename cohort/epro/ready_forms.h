// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "cohort/epro/forms.h"
#include "cohort/platform/db/db.h"
#include "cohort/platform/resilience/cache.h"

namespace cohort::epro {

/// Versions as they are used, each read from its text once.
class ReadyForms {
  public:
    explicit ReadyForms(db::Db& db);

    /// A version as it is since so many edits, or later: who acts on it compares the number.
    /// Errors: those of make_ready() and of the store.
    /// Blocks: the goroutine, the first time.
    Result<std::shared_ptr<const ReadyForm>> get(const QuestionnaireId& id, std::int64_t edits);

  private:
    db::Db& db_;
    resilience::Cache<std::string, std::shared_ptr<const ReadyForm>> cache_;
};

}  // namespace cohort::epro

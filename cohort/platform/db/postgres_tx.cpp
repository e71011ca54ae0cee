// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/db/postgres_tx.h"

#include <utility>

namespace cohort::db {

void PostgresTx::begin() {
    if (std::exchange(begun_, true)) return;
    for (auto& command : begin_) connection_.before_next(std::move(command));
}

Result<void> PostgresTx::remember(const PostgresConnection::Outcome& outcome) {
    if (!outcome.error) return {};
    if (!outcome.state.empty() || connection_.broken()) {  // the server's, not the row sink's
        failure_ = outcome.error;
        state_ = outcome.state;
    }
    return *outcome.error;
}

Result<void> PostgresTx::execute(std::string_view sql, std::span<const Value> values,
                                 const RowSink* sink, std::int64_t* changed) {
    if (failure_) return *failure_;
    begin();
    const auto outcome = connection_.run(sql, values, sink == nullptr ? nullptr : sink->object,
                                         sink == nullptr ? nullptr : sink->take);
    if (changed != nullptr) *changed = outcome.changed;
    return remember(outcome);
}

Result<void> PostgresTx::script(std::string_view sql) {
    if (failure_) return *failure_;
    begin();
    return remember(connection_.script(std::string(sql)));
}

}  // namespace cohort::db

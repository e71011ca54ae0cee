// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/db/postgres_tx.h"

#include <algorithm>
#include <utility>

namespace cohort::db {

// Their answers wait in the system's buffers until we read them, which must not fill up.
constexpr std::size_t together_max = 128;

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
    if (sink != nullptr)
        if (const Ahead* const ahead = find_ahead(sql, values)) return answer(*ahead, *sink);
    if (!sql.starts_with("SELECT")) forget_ahead();
    begin();
    const auto outcome = connection_.run(sql, values, sink == nullptr ? nullptr : sink->object,
                                         sink == nullptr ? nullptr : sink->take);
    if (changed != nullptr) *changed = outcome.changed;
    return remember(outcome);
}

// They go with the next statement whose answer is wanted, or with COMMIT.
Result<void> PostgresTx::execute_later(std::string_view sql, Values&& values) {
    if (failure_) return *failure_;
    forget_ahead();
    begin();
    connection_.before_next({std::string(sql), std::move(values)});
    if (connection_.waiting_before() < together_max) return {};
    return settle();
}

Result<void> PostgresTx::settle() {
    if (failure_) return *failure_;
    if (connection_.waiting_before() == 0) return {};
    return remember(connection_.settle());
}

// --- questions sent ahead -----------------------------------------------------------------

void PostgresTx::ask_ahead(std::string_view sql, Values&& values) {
    if (failure_) return;
    begin();
    Ahead& ahead =
        *ahead_.emplace_back(std::make_unique<Ahead>(Ahead{std::string(sql), std::move(values)}));
    connection_.before_next({ahead.sql, ahead.values, &ahead.rows});
}

const PostgresTx::Ahead* PostgresTx::find_ahead(std::string_view sql,
                                                std::span<const Value> values) const {
    for (const auto& ahead : ahead_)
        if (ahead->sql == sql && std::ranges::equal(ahead->values, values)) return ahead.get();
    return nullptr;
}

// They stay where they are: an answer may be on its way to them.
void PostgresTx::forget_ahead() {
    for (const auto& ahead : ahead_) ahead->sql.clear();
}

Result<void> PostgresTx::answer(const Ahead& ahead, const RowSink& sink) {
    TRY(settle());
    for (const Row& row : ahead.rows) TRY(sink.take(sink.object, Row(row)));
    return {};
}

// A comment of this kind, which SQLite passes over, is meant for PostgreSQL.
static std::string with_own_words(std::string_view sql) {
    constexpr std::string_view begin = "/*postgresql";
    constexpr std::string_view end = "*/";
    std::string text;
    for (;;) {
        const std::size_t at = std::min(sql.find(begin), sql.size());
        text += sql.substr(0, at);
        if (at == sql.size()) return text;
        sql.remove_prefix(at + begin.size());
        const std::size_t length = std::min(sql.find(end), sql.size());
        text += sql.substr(0, length);
        sql.remove_prefix(std::min(length + end.size(), sql.size()));
    }
}

Result<void> PostgresTx::script(std::string_view sql) {
    if (failure_) return *failure_;
    forget_ahead();
    begin();
    return remember(connection_.script(with_own_words(sql)));
}

}  // namespace cohort::db

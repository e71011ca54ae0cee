// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "cohort/platform/db/value.h"

namespace cohort::db {

/// One transaction, as the unit of work inside it sees it.
///
/// SQL is what SQLite and PostgreSQL share: `?` placeholders, TEXT ids, BIGINT milliseconds (also
/// `store_now()`, the store's clock), TEXT JSON, `ON CONFLICT` instead of OR REPLACE.
///
/// Errors: of every call: conflict/already-exists (a unique key), conflict/foreign-key,
/// unavailable/store-* (the disk or the file), internal/store-sql (our SQL is wrong). After an
/// error of a statement the unit can only fail, as in PostgreSQL: every later call gives the same
/// error, and returning success from the unit does not bring it back. To ask whether a key is taken
/// use ON CONFLICT and the number of rows. `not_found` of one() is an answer, not such an error.
class Tx {
  public:
    Tx(const Tx&) = delete;
    Tx& operator=(const Tx&) = delete;

    /// Every row of the answer. Here and below the parameters may also come as one Values. For
    /// answers without a bound use each().
    template <class... Args>
    Result<Rows> all(std::string_view sql, const Args&... args) {
        Rows rows;
        TRY(each(
            sql,
            [&](Row&& row) -> Result<void> {
                rows.push_back(std::move(row));
                return {};
            },
            args...));
        return rows;
    }

    /// The only row. A second row is a breach.
    /// Errors: not_found/no-row.
    template <class... Args>
    Result<Row> one(std::string_view sql, const Args&... args) {
        auto row = TRY(maybe(sql, args...));
        if (!row) return not_found("no-row", "there is no such record");
        return std::move(*row);
    }

    /// The only row, or nothing. A second row is a breach.
    template <class... Args>
    Result<std::optional<Row>> maybe(std::string_view sql, const Args&... args) {
        auto rows = TRY(all(sql, args...));
        ENSURE(rows.size() <= 1, "a query for one row found several");
        if (rows.empty()) return std::optional<Row>();
        return std::optional<Row>(std::move(rows.front()));
    }

    /// Runs a statement. Shape: the number of rows it inserted, changed or deleted.
    template <class... Args>
    Result<std::int64_t> run(std::string_view sql, const Args&... args) {
        const auto& values = pack(args...);
        std::int64_t changed = 0;
        TRY(execute(sql, values, nullptr, &changed));
        return changed;
    }

    /// Runs a statement of which nobody asks how many rows it changed. It may go to the server
    /// together with what follows, so its error may be that of a later call or of the whole unit:
    /// where an error is to be told apart, use run().
    template <class... Args>
    Result<void> put(std::string_view sql, const Args&... args) {
        return execute_later(sql, to_keep(args...));
    }

    /// Says that this question will be asked next, or after others of which the same is said. Then
    /// they may go to the server together. A change in between makes it a word in vain.
    template <class... Args>
    void soon(std::string_view sql, const Args&... args) {
        ask_ahead(sql, to_keep(args...));
    }

    /// Gives the rows one by one in bounded memory; `f(Row&&)` returns Result<void>, its error ends
    /// the walk and is the answer. `f` must not use the Tx.
    template <class F, class... Args>
    Result<void> each(std::string_view sql, F f, const Args&... args) {
        const auto& values = pack(args...);
        const RowSink sink{&f, [](void* object, Row&& row) -> Result<void> {
                               return (*static_cast<F*>(object))(std::move(row));
                           }};
        return execute(sql, values, &sink, nullptr);
    }

    /// Rings Db::doorbell() once this unit is durable, for those who act on what it wrote.
    void ring() noexcept { rings_ = true; }
    bool rings() const noexcept { return rings_; }

    /// Runs several statements without parameters, for migrations.
    virtual Result<void> script(std::string_view sql) = 0;

  protected:
    struct RowSink {
        void* object;
        Result<void> (*take)(void*, Row&&);
    };

    Tx() = default;
    ~Tx() = default;

    template <class... Args>
    static Values pack(const Args&... args) {
        Values values;
        values.reserve(sizeof...(args));
        (values.push_back(to_value(args)), ...);
        return values;
    }
    static std::span<const Value> pack(const Values& values) { return values; }

    // For statements that wait after the call.
    template <class... Args>
    static Values to_keep(const Args&... args) {
        return pack(args...);
    }
    static Values to_keep(const Values& values) { return values; }

    virtual Result<void> execute(std::string_view sql, std::span<const Value> values,
                                 const RowSink* sink, std::int64_t* changed) = 0;
    virtual Result<void> execute_later(std::string_view sql, Values&& values) {
        return execute(sql, values, nullptr, nullptr);
    }
    virtual void ask_ahead(std::string_view /*sql*/, Values&& /*values*/) {}

  private:
    bool rings_ = false;
};

}  // namespace cohort::db

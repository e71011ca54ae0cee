// SPDX-License-Identifier: Apache-2.0
// libpq's pipeline mode: what is sent is noted in `sent_`, and answers are taken in that order. A
// sync ends each statement, so an error spoils nothing that is sent after it.
#include "cohort/platform/db/postgres_connection.h"

#include <array>
#include <charconv>
#include <utility>

#include "weft/blocking.h"

#include "cohort/platform/db/postgres_values.h"

namespace cohort::db {

namespace {

// A dead network is noticed within some 20 s instead of hours.
constexpr std::array option_names = {"dbname",          "application_name",    "client_encoding",
                                     "keepalives_idle", "keepalives_interval", "keepalives_count",
                                     "tcp_user_timeout"};

std::string one_line(const char* text) {
    std::string line(text);
    line = line.substr(0, line.find('\n'));
    return line;
}

std::int64_t changed_by(const PGresult* answer) {
    const std::string_view what = PQcmdStatus(const_cast<PGresult*>(answer));
    const std::string_view text = PQcmdTuples(const_cast<PGresult*>(answer));
    std::int64_t count = 0;
    if (what.starts_with("SELECT")) return count;  // it changed none
    std::from_chars(text.data(), text.data() + text.size(), count);
    return count;
}

Row row_of(const PGresult* answer, int row) {
    std::vector<Value> cells;
    const int columns = PQnfields(answer);
    for (int i = 0; i < columns; ++i) {
        if (PQgetisnull(answer, row, i) != 0)
            cells.emplace_back();
        else
            cells.push_back(postgres_cell(PQftype(answer, i),
                                          {PQgetvalue(answer, row, i),
                                           static_cast<std::size_t>(PQgetlength(answer, row, i))}));
    }
    return Row(std::move(cells));
}

}  // namespace

// --- opening and closing ------------------------------------------------------------------

Result<std::unique_ptr<PostgresConnection>> PostgresConnection::connect(const std::string& url,
                                                                        weft::TimePoint deadline) {
    std::array<const char*, option_names.size() + 1> names{};
    std::copy(option_names.begin(), option_names.end(), names.begin());
    const std::array<const char*, option_names.size() + 1> values = {
        url.c_str(), "cohort", "UTF8", "10", "3", "3", "20000", nullptr};
    // A host's name is looked up in here, by the system's blocking resolver.
    PGconn* const handle = weft::blocking("connect to PostgreSQL", [&] {
        return PQconnectStartParams(names.data(), values.data(), 1);
    });
    std::unique_ptr<PostgresConnection> connection(new PostgresConnection(handle));
    TRY(connection->reach(deadline));
    return connection;
}

Result<void> PostgresConnection::reach(weft::TimePoint deadline) {
    PGconn* const handle = connection_.get();
    const auto failed = [&] {
        broken_ = true;
        return unavailable("store-unreachable", one_line(PQerrorMessage(handle)));
    };
    if (handle == nullptr || PQstatus(handle) == CONNECTION_BAD) return failed();
    for (auto wants = PGRES_POLLING_WRITING; wants != PGRES_POLLING_OK;) {
        // It may try several addresses: each step may have another descriptor.
        weft::net::Descriptor watched(PQsocket(handle));
        auto ready = wants == PGRES_POLLING_READING ? watched.readable(deadline)
                                                    : watched.writable(deadline);
        if (!ready) return unavailable("store-unreachable", where() + " does not answer");
        wants = PQconnectPoll(handle);
        if (wants == PGRES_POLLING_FAILED) return failed();
    }
    PQsetnonblocking(handle, 1);
    // What the server says aside ("already exists, skipping") is nobody's.
    PQsetNoticeReceiver(handle, [](void*, const PGresult*) {}, nullptr);
    ENSURE(PQenterPipelineMode(handle) == 1, "a new connection can be pipelined");
    watched_ = std::make_unique<weft::net::Descriptor>(PQsocket(handle));
    return {};
}

PostgresConnection::~PostgresConnection() {
    watched_.reset();
}

void PostgresConnection::cancel() {
    struct Free {
        void operator()(PGcancel* cancel) const { PQfreeCancel(cancel); }
    };
    const std::unique_ptr<PGcancel, Free> cancel(PQgetCancel(connection_.get()));
    if (cancel == nullptr) return;
    // It opens a connection of its own and blocks. What it could not do, closing ours does later.
    weft::blocking("cancel in PostgreSQL", [&] {
        std::array<char, 256> reason{};
        PQcancel(cancel.get(), reason.data(), static_cast<int>(reason.size()));
    });
}

std::string PostgresConnection::where() const {
    const auto text = [](const char* part) { return std::string(part == nullptr ? "" : part); };
    const PGconn* const handle = connection_.get();
    return text(PQhost(handle)) + ":" + text(PQport(handle)) + "/" + text(PQdb(handle));
}

// --- sending ------------------------------------------------------------------------------

Error PostgresConnection::lost() {
    broken_ = true;
    return unavailable("store-unreachable", "the connection to the store was lost");
}

bool PostgresConnection::send_statement(Sent what, std::string_view sql,
                                        const PostgresParameters& parameters, Rows* rows) {
    PGconn* const handle = connection_.get();
    std::string key = parameters.letters() + "\n" + std::string(sql);
    const auto known = prepared_.find(key);
    const std::string name =
        known != prepared_.end() ? known->second : "s" + std::to_string(++names_);
    if (known == prepared_.end()) {
        const Numbered statement = numbered(sql);
        ENSURE(statement.parameters == parameters.count(),
               "a statement has as many values as question marks");
        if (PQsendPrepare(handle, name.c_str(), statement.sql.c_str(), parameters.count(),
                          parameters.types()) != 1)
            return false;
        sent_.push_back({Sent::prepare, std::move(key), name});
    }
    sent_.push_back({.what = what, .rows = rows});
    return PQsendQueryPrepared(handle, name.c_str(), parameters.count(), parameters.values(),
                               parameters.lengths(), parameters.formats(), 0) == 1;
}

bool PostgresConnection::send_before() {
    for (const Before& before : std::exchange(before_, {}))
        if (!send_statement(Sent::aside, before.sql, PostgresParameters(before.values),
                            before.rows))
            return false;
    return true;
}

bool PostgresConnection::send_sync() {
    sent_.push_back({Sent::sync});
    return PQpipelineSync(connection_.get()) == 1;
}

void PostgresConnection::send(std::string_view sql) {
    if (!healthy()) return;
    if (!send_statement(Sent::aside, sql, PostgresParameters({})) || !send_sync() ||
        PQflush(connection_.get()) < 0)
        lost();
}

Result<void> PostgresConnection::flush() {
    for (;;) {
        const int left = PQflush(connection_.get());
        if (left == 0) return {};
        if (left < 0 || !watched_->writable(deadline_)) return lost();
    }
}

// --- answers ------------------------------------------------------------------------------

PostgresConnection::Outcome PostgresConnection::run(std::string_view sql,
                                                    std::span<const Value> values, void* object,
                                                    TakeRow take) {
    Reading reading{object, take, {}};
    const PostgresParameters parameters(values);
    in_answer_ = true;
    const bool good = !broken_ && send_before() &&
                      send_statement(Sent::statement, sql, parameters) && send_sync();
    auto taken = good ? take_answers(reading) : Result<void>(lost());
    if (!taken) reading.outcome.error = taken.error();
    in_answer_ = false;
    return std::move(reading.outcome);
}

PostgresConnection::Outcome PostgresConnection::settle() {
    Reading reading{nullptr, nullptr, {}};
    in_answer_ = true;
    const bool good = !broken_ && send_before() && send_sync();
    auto taken = good ? take_answers(reading) : Result<void>(lost());
    if (!taken) reading.outcome.error = taken.error();
    in_answer_ = false;
    return std::move(reading.outcome);
}

PostgresConnection::Outcome PostgresConnection::script(const std::string& sql) {
    Reading reading{nullptr, nullptr, {}};
    PGconn* const handle = connection_.get();
    in_answer_ = true;
    const auto walk = [&]() -> Result<void> {
        if (!send_before() || !send_sync()) return lost();
        TRY(take_answers(reading));
        if (reading.outcome.error) return {};
        // Several statements in one text exist only outside of the pipeline.
        if (PQexitPipelineMode(handle) != 1 || PQsendQuery(handle, sql.c_str()) != 1) return lost();
        TRY(flush());
        while (const Answer answer = TRY(next())) judge(answer.get(), {Sent::statement}, reading);
        if (broken_ || PQenterPipelineMode(handle) != 1) return lost();
        return {};
    };
    if (auto walked = walk(); !walked) reading.outcome.error = walked.error();
    in_answer_ = false;
    return std::move(reading.outcome);
}

Result<std::string> PostgresConnection::text(std::string_view sql) {
    std::string cell;
    const auto take = [](void* object, Row&& row) -> Result<void> {
        const Value& value = row.cells().at(0);
        auto& text = *static_cast<std::string*>(object);
        if (const auto* number = std::get_if<std::int64_t>(&value)) text = std::to_string(*number);
        if (const auto* characters = std::get_if<std::string>(&value)) text = *characters;
        return {};
    };
    const Outcome outcome = run(sql, {}, &cell, take);
    if (outcome.error) return *outcome.error;
    return cell;
}

Result<void> PostgresConnection::take_answers(Reading& reading) {
    TRY(flush());
    while (!sent_.empty()) {
        const Expected expected = std::move(sent_.front());
        sent_.pop_front();
        TRY(take_answer(expected, reading));
    }
    return {};
}

Result<void> PostgresConnection::take_answer(const Expected& expected, Reading& reading) {
    if (expected.what == Sent::sync) {
        const Answer answer = TRY(next());
        if (PQresultStatus(answer.get()) != PGRES_PIPELINE_SYNC) return lost();
        return {};
    }
    if (expected.what == Sent::statement) PQsetSingleRowMode(connection_.get());
    while (const Answer answer = TRY(next())) judge(answer.get(), expected, reading);
    if (broken_) return lost();
    return {};
}

Result<PostgresConnection::Answer> PostgresConnection::next() {
    PGconn* const handle = connection_.get();
    while (PQisBusy(handle) != 0) {
        if (!watched_->readable(deadline_) || PQconsumeInput(handle) == 0) return lost();
    }
    return Answer(PQgetResult(handle));
}

void PostgresConnection::judge(const PGresult* answer, const Expected& expected, Reading& reading) {
    Outcome& outcome = reading.outcome;
    switch (PQresultStatus(answer)) {
        case PGRES_COMMAND_OK:
        case PGRES_TUPLES_OK:
        case PGRES_SINGLE_TUPLE:
            if (expected.what == Sent::prepare) prepared_.emplace(expected.key, expected.name);
            if (expected.rows != nullptr)
                for (int i = 0; i < PQntuples(answer); ++i)
                    expected.rows->push_back(row_of(answer, i));
            if (expected.what != Sent::statement) return;
            for (int i = 0; i < PQntuples(answer) && !outcome.error && reading.take; ++i) {
                auto taken = reading.take(reading.object, row_of(answer, i));
                if (!taken) outcome.error = taken.error();
            }
            if (PQresultStatus(answer) != PGRES_SINGLE_TUPLE) {
                outcome.changed = changed_by(answer);
                outcome.done = PQcmdStatus(const_cast<PGresult*>(answer));
            }
            return;
        case PGRES_PIPELINE_ABORTED:
            return;  // the error came before it
        default:
            break;
    }
    const char* const state = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
    const char* const severity = PQresultErrorField(answer, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (state == nullptr || std::string_view(severity == nullptr ? "" : severity) != "ERROR")
        broken_ = true;
    if (!outcome.state.empty()) return;
    outcome.state = state == nullptr ? "08006" : state;
    const char* const message = PQresultErrorField(answer, PG_DIAG_MESSAGE_PRIMARY);
    outcome.error = error_of_state(outcome.state, message == nullptr ? "" : message);
}

}  // namespace cohort::db

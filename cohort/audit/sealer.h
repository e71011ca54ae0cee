// SPDX-License-Identifier: Apache-2.0
// Numbers and chains committed records, and signs the end of each chain.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cohort/audit/audit.h"
#include "cohort/platform/auth/sign.h"
#include "cohort/platform/db/db.h"

namespace cohort::audit {

/// One process at a time seals, by a lease in the store that is checked in the same transaction as
/// the seals: a sealer that lost it changes nothing.
class Sealer {
  public:
    /// `holder` names this process among those of one store, and is not empty.
    Sealer(db::Db& db, const auth::SigningKey& key, std::string holder);

    /// Seals everything committed so far, chain by chain.
    ///
    /// Shape:  how many records were sealed; 0 also when another process holds the lease. A chain
    ///         whose signed head does not fit its records is left alone and named in broken():
    ///         sealing on would hide what happened to it.
    /// Errors: those of the store; what was sealed before stays sealed.
    Result<std::int64_t> seal_all();

    /// Seals four times a second until its context ends, and gives the lease back.
    /// Cancels: throws Cancelled; a seal under way is finished or not there at all.
    void run();

    struct Status {
        std::int64_t sealed = 0;  ///< since the start
        std::vector<std::string> broken;
        std::optional<Error> last_error;  ///< of the last round, absent when it went well
    };
    Status status() const;

  private:
    struct Chain;
    Result<std::vector<std::string>> waiting_chains();
    Result<Chain> read_chain(const std::string& name);
    Result<std::int64_t> seal_some(const std::string& chain);
    Result<bool> store(db::Tx& tx, const Chain& chain);
    static Result<void> put_seals(db::Tx& tx, const Chain& chain);

    db::Db& db_;
    const auth::SigningKey& key_;
    std::string holder_;
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

/// What the system page shows.
struct Counts {
    std::int64_t sealed = 0;
    std::int64_t unsealed = 0;
    std::optional<Instant> oldest_unsealed;
    struct Head {
        std::string chain;
        std::int64_t number = 0;
        std::string hash;
        Instant at;
    };
    std::vector<Head> heads;  ///< by chain; what an outside anchor should remember
};
Result<Counts> counts(db::Tx& tx);

}  // namespace cohort::audit

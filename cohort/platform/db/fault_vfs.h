// SPDX-License-Identifier: Apache-2.0
// A disk that forgets. Only for tests: an SQLite VFS over the system's that writes down every
// change of a file, so that the disk can be shown as it may look after the power failed at any
// moment, and that fails chosen calls.
#pragma once

#include <cstdint>
#include <random>
#include <sqlite3.h>
#include <string>
#include <vector>

namespace cohort::db {

class FaultVfs {
  public:
    FaultVfs();
    ~FaultVfs();
    FaultVfs(const FaultVfs&) = delete;
    FaultVfs& operator=(const FaultVfs&) = delete;

    const std::string& name() const { return name_; }

    // --- faults -------------------------------------------------------------------------------

    enum class Fault : std::uint8_t { io_error, disk_full };

    /// From the n-th call on (1 is the next one), `times` calls fail. Disk full strikes only what
    /// needs room (write); an I/O error strikes read, write, sync, truncate, size and open.
    void fail(Fault fault, std::int64_t nth, std::int64_t times);
    void heal() { fail_from_ = 0; }
    std::int64_t calls() const { return calls_; }  ///< that could have failed
    std::int64_t failed() const { return failed_; }

    // --- power loss ---------------------------------------------------------------------------

    /// Remembers that at this point `number` had been promised to somebody.
    void promise(std::int64_t number);

    /// How many moments of power failure there are: 0..moments().
    std::size_t moments() const { return log_.size(); }

    /// Writes the files as they may look when the power fails at that moment: what was synced is
    /// there; of the rest each sector of 512 bytes is there or not, as `random` says with the
    /// chance `kept`.
    void power_fails_at(std::size_t moment, const std::string& folder, std::mt19937_64& random,
                        double kept) const;

    /// What had been promised by that moment.
    std::vector<std::int64_t> promised_by(std::size_t moment) const;

  private:
    friend struct FaultFile;
    enum class Kind : std::uint8_t { write, truncate, sync, lost_sync, remove, promise };
    struct Entry {
        Kind kind;
        std::string file;  // name without folder
        std::int64_t at = 0;
        std::string bytes;
    };

    bool strikes(bool needs_room);
    void note(Kind kind, const char* path, std::int64_t at = 0, std::string bytes = {});
    /// For each entry, the moment from which it is certain; the end of time for "never".
    std::vector<std::size_t> certain_from() const;

    static int open(sqlite3_vfs*, const char*, sqlite3_file*, int, int*);
    static int remove(sqlite3_vfs*, const char*, int);

    sqlite3_vfs vfs_{};
    sqlite3_vfs* real_;
    std::string name_;
    std::vector<Entry> log_;
    Fault fault_ = Fault::io_error;
    std::int64_t fail_from_ = 0;
    std::int64_t fail_until_ = 0;
    std::int64_t calls_ = 0;
    std::int64_t failed_ = 0;
};

}  // namespace cohort::db

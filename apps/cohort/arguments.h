// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace cohort::app {

/// What the command line asks for, one struct a subcommand.
struct Serve {};

struct VerifyAudit {
    std::vector<std::string> anchors;  ///< CHAIN:NUMBER:HASH
    std::vector<std::string> keys;     ///< hexadecimal; none: the key of the data folder
};

struct ShowConfig {};

/// `cohort user …`: accounts and their roles.
struct User {
    enum class Act { add, disable, enable, reset_password, grant, revoke, list };
    Act act = Act::list;
    std::string login;
    std::string name;
    std::optional<std::string> organisation;
    bool password_from_stdin = false;  ///< never an argument: others see those
    std::string role;
    std::optional<std::string> study;  ///< OID
    std::optional<std::string> site;   ///< its number in the study
    std::optional<std::string> until;  ///< RFC 3339
};

/// `cohort site …`: the places where subjects are seen.
struct Site {
    enum class Act { add, join, leave, list };
    Act act = Act::list;
    std::string oid;
    std::string name;
    std::string time_zone;
    std::optional<std::string> organisation;
    std::string study;                  ///< OID
    std::optional<std::string> number;  ///< in the study
};

struct Import {
    std::string file;
    std::string site;  ///< OID of the site for subjects whose own is not known here
};

struct Export {
    std::vector<std::string> studies;  ///< OIDs; none: all
    std::string out;                   ///< empty or "-": standard output
};

/// Fills a store with a made-up trial.
struct Generate {
    int sites = 300;   ///< that the study is to have
    int subjects = 4;  ///< at each
    std::uint64_t seed = 1;
    std::string study;     ///< OID; empty: the one that is there, else the demo study
    std::string receiver;  ///< URL above the sites' own, for the push of reports; empty: none
};

/// Moves the store of the data folder into the PostgreSQL database of `store.postgres`.
struct MigrateStore {};

/// Copies the store, beside a running server.
struct Backup {
    std::string folder;  ///< that holds no backup yet
};

/// Puts a backup into the data folder, or into the database of `store.postgres`.
struct Restore {
    std::string folder;
};

using Command = std::variant<Serve, VerifyAudit, ShowConfig, User, Site, Import, Export, Generate,
                             MigrateStore, Backup, Restore>;

struct Arguments {
    Command command;
    std::string config_file;                   ///< empty: ./cohort.toml if it is there
    std::map<std::string, std::string> flags;  ///< settings, by key
};

/// How the program ends without running a command: --help and --version (0), or one sentence about
/// what is wrong (64).
struct Ending {
    int code;
    std::string text;
};

/// Source: exit codes of sysexits.h.
std::variant<Arguments, Ending> read_arguments(int argc, const char* const* argv);

}  // namespace cohort::app

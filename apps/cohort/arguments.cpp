// SPDX-License-Identifier: Apache-2.0
// The only file that knows the command-line library.
#include "apps/cohort/arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cohort/base/version.h"
#include "cohort/platform/config/config.h"

namespace cohort::app {

namespace {

constexpr int bad_usage = 64;

// Flags that set a setting; every other setting is reached by --set.
void add_setting(CLI::App& app, Arguments& arguments, const std::string& flag,
                 const std::string& key) {
    const auto all = config::settings();
    const auto it = std::find_if(
        all.begin(), all.end(), [&](const config::Setting& setting) { return setting.key == key; });
    app.add_option_function<std::string>(
           flag, [&arguments, key](const std::string& text) { arguments.flags[key] = text; },
           std::string{it->help})
        ->type_name("VALUE");
}

void add_common(CLI::App& app, Arguments& arguments) {
    app.add_option("--config", arguments.config_file, "TOML file with settings")->type_name("FILE");
    add_setting(app, arguments, "--data", "data.folder");
    app.add_option_function<std::vector<std::string>>(
           "--set",
           [&arguments](const std::vector<std::string>& pairs) {
               for (const std::string& pair : pairs) {
                   const auto equals = pair.find('=');
                   if (equals == pair.npos)
                       throw CLI::ValidationError("--set", "KEY=VALUE expected");
                   arguments.flags[pair.substr(0, equals)] = pair.substr(equals + 1);
               }
           },
           "any setting of `cohort config`, for this run")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);  // one value a flag, but any number of flags
}

template <class Options>
CLI::App& add_command(CLI::App& cli, Arguments& arguments, Options& options, const char* name,
                      const char* help) {
    CLI::App& app = *cli.add_subcommand(name, help);
    add_common(app, arguments);
    app.callback([&arguments, &options] { arguments.command = options; });
    return app;
}

// One of the acts of `cohort user` or `cohort site`; the acts of one fill the same struct.
template <class Options>
CLI::App& add_act(CLI::App& parent, Arguments& arguments, Options& options,
                  typename Options::Act act, const char* name, const char* help) {
    CLI::App& app = *parent.add_subcommand(name, help);
    add_common(app, arguments);
    app.callback([&arguments, &options, act] {
        options.act = act;
        arguments.command = options;
    });
    return app;
}

void add_user_commands(CLI::App& cli, Arguments& arguments, User& user) {
    using Act = User::Act;
    CLI::App& app = *cli.add_subcommand("user", "accounts and their roles");
    app.require_subcommand(1);
    const auto add = [&](Act act, const char* name, const char* help) -> CLI::App& {
        CLI::App& sub = add_act(app, arguments, user, act, name, help);
        if (act != Act::list)
            sub.add_option("login", user.login, "whose account")->required()->type_name("");
        return sub;
    };
    const auto take_password = [&](CLI::App& to) {
        to.add_flag("--password-stdin", user.password_from_stdin,
                    "read the password from standard input; without it one is made and shown");
    };
    CLI::App& added = add(Act::add, "add", "create an account");
    added.add_option("--name", user.name, "the person's name")->required()->type_name("NAME");
    added.add_option("--organisation", user.organisation, "its name; made when it is new")
        ->type_name("NAME");
    take_password(added);
    take_password(add(Act::reset_password, "reset-password", "set another password"));
    add(Act::disable, "disable", "let nobody sign in with an account, and end its sessions");
    add(Act::enable, "enable", "undo `disable`");
    for (const Act act : {Act::grant, Act::revoke}) {
        CLI::App& role = act == Act::grant ? add(act, "grant", "give a role")
                                           : add(act, "revoke", "take a role back");
        role.add_option("role", user.role, "the role")->required()->type_name("");
        role.add_option("--study", user.study, "OID; without it: all studies")->type_name("OID");
        role.add_option("--site", user.site, "its number in the study")->type_name("NUMBER");
        if (act == Act::grant)
            role.add_option("--until", user.until, "when it ends")->type_name("TIME");
    }
    add(Act::list, "list", "every account with what it holds");
}

void add_site_commands(CLI::App& cli, Arguments& arguments, Site& site) {
    using Act = Site::Act;
    CLI::App& app = *cli.add_subcommand("site", "the places where subjects are seen");
    app.require_subcommand(1);
    const auto add = [&](Act act, const char* name, const char* help) -> CLI::App& {
        CLI::App& sub = add_act(app, arguments, site, act, name, help);
        if (act != Act::list) sub.add_option("oid", site.oid, "its OID")->required()->type_name("");
        return sub;
    };
    CLI::App& added = add(Act::add, "add", "create a site");
    added.add_option("--name", site.name, "what people call it")->required()->type_name("NAME");
    added.add_option("--zone", site.time_zone, "time zone, such as Asia/Shanghai")
        ->required()
        ->type_name("ZONE");
    added.add_option("--organisation", site.organisation, "its name; made when it is new")
        ->type_name("NAME");
    CLI::App& joins = add(Act::join, "join", "let it take part in a study");
    joins.add_option("--number", site.number, "its number there; its OID without")
        ->type_name("NUMBER");
    CLI::App& leaves = add(Act::leave, "leave", "end its part in a study; what is there stays");
    for (CLI::App* sub : {&joins, &leaves})
        sub->add_option("--study", site.study, "OID")->required()->type_name("OID");
    add(Act::list, "list", "every site with its time zone");
}

void add_http_settings(CLI::App& app, Arguments& arguments) {
    add_setting(app, arguments, "--port", "http.port");
    add_setting(app, arguments, "--address", "http.address");
    add_setting(app, arguments, "--web", "http.web");
}

void add_generate(CLI::App& cli, Arguments& arguments, Generate& made) {
    CLI::App& app = add_command(cli, arguments, made, "generate",
                                "fill an empty store with a made-up trial, to try things out");
    app.add_option("--sites", made.sites, "sites that the study is to have (300)")
        ->check(CLI::Range(1, 9999))
        ->type_name("COUNT");
    app.add_option("--subjects", made.subjects, "subjects at each site (4)")
        ->check(CLI::Range(0, 1000))
        ->type_name("COUNT");
    app.add_option("--seed", made.seed, "what is made up follows from it and the day (1)")
        ->type_name("NUMBER");
    app.add_option("--study", made.study, "OID; without, the one that is there, or the demo study")
        ->type_name("OID");
    app.add_option("--receiver", made.receiver,
                   "URL/SITE takes each site's reports (docs/push.md), with the token \"token\"")
        ->type_name("URL");
}

std::string first_sentence(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

}  // namespace

std::variant<Arguments, Ending> read_arguments(int argc, const char* const* argv) {
    Arguments arguments;
    CLI::App cli{"A clinical-research platform in one program.", "cohort"};
    cli.set_version_flag("--version", std::string{"cohort "} + software_version());
    cli.require_subcommand(1);
    Serve serve;
    VerifyAudit verify;
    ShowConfig shown;
    Import importing;
    Export exported;
    MigrateStore moving;
    Backup backup;
    Restore restore;

    add_http_settings(add_command(cli, arguments, serve, "serve", "run the server"), arguments);

    CLI::App& v = add_command(cli, arguments, verify, "verify-audit",
                              "check that the audit is what it was when it was written");
    v.add_option("--anchor", verify.anchors, "CHAIN:NUMBER:HASH kept outside")
        ->allow_extra_args(false);
    v.add_option("--key", verify.keys, "trusted public key; the data folder's when absent")
        ->allow_extra_args(false);

    add_http_settings(add_command(cli, arguments, shown, "config",
                                  "show the settings in force and where each comes from"),
                      arguments);

    User user;
    add_user_commands(cli, arguments, user);
    Site site;
    add_site_commands(cli, arguments, site);

    CLI::App& i = add_command(cli, arguments, importing, "import", "take in an ODM file");
    i.add_option("file", importing.file, "ODM 1.2 to 1.3.2, or 2.0 where it maps")->required();
    i.add_option("--site", importing.site, "site for subjects whose own is not known here");

    CLI::App& e = add_command(cli, arguments, exported, "export", "give out studies as ODM 1.3.2");
    e.add_option("study", exported.studies, "OIDs of studies; without one, all");
    e.add_option("--out", exported.out, "file to write; standard output without");

    Generate generate;
    add_generate(cli, arguments, generate);

    add_command(cli, arguments, moving, "migrate-store",
                "move the data folder's store into the database that store.postgres names");

    add_command(cli, arguments, backup, "backup", "copy the store, beside a running server")
        .add_option("folder", backup.folder, "new folder to put the backup into")
        ->required();
    add_command(cli, arguments, restore, "restore", "put a backup where no store is")
        .add_option("folder", restore.folder, "folder with the backup")
        ->required();

    const auto is_given = [&](const CLI::App* sub) { return sub->get_name() == argv[1]; };
    if (argc > 1 && argv[1][0] != '-' && cli.get_subcommands(is_given).empty()) {
        return Ending{bad_usage, "cohort: there is no command '" + std::string{argv[1]} +
                                     "'. (`cohort --help` lists what there is.)\n"};
    }
    try {
        cli.parse(argc, argv);
    } catch (const CLI::Success& success) {
        const bool is_version = success.get_name() == "CallForVersion";
        return Ending{0, is_version ? std::string{success.what()} + "\n" : cli.help()};
    } catch (const CLI::ParseError& error) {
        return Ending{bad_usage, "cohort: " + first_sentence(error.what()) +
                                     " (`cohort --help` lists what there is.)\n"};
    }
    return arguments;
}

}  // namespace cohort::app

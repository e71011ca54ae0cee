// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cstdlib>
#include <string>
#include <variant>

#include "weft/run.h"

#include "apps/cohort/arguments.h"
#include "apps/cohort/commands.h"
#include "apps/cohort/restart.h"
#include "cohort/platform/config/config.h"

namespace {

using namespace cohort;

int fail(const Error& error, int code) {
    std::fprintf(stderr, "cohort: %s\n", error.text.c_str());
    return code;
}

Result<config::Config> load_config(const app::Arguments& arguments) {
    config::Sources sources;
    sources.environment = config::process_environment();
    sources.flags = arguments.flags;
    const auto from_environment = sources.environment.find("COHORT_CONFIG");
    if (!arguments.config_file.empty()) {
        sources.file = arguments.config_file;
    } else if (from_environment != sources.environment.end()) {
        sources.file = from_environment->second;
    } else {
        sources.file = "cohort.toml";
        sources.file_required = false;
    }
    return config::Config::load(sources);
}

int run(const app::Arguments& arguments) {
    const auto config = load_config(arguments);
    if (!config) return fail(config.error(), 64);
    weft::Options options;
    options.workers = static_cast<unsigned>(config->number("runtime.workers"));
    return weft::run(options, [&] {
        const auto code = std::visit(
            [&](const auto& command) { return app::run(command, *config); }, arguments.command);
        return code ? *code : fail(code.error(), 1);
    });
}

}  // namespace

int main(int argc, char** argv) {
    cohort::app::remember_start(argv);
    const auto read = cohort::app::read_arguments(argc, argv);
    if (const auto* ending = std::get_if<cohort::app::Ending>(&read)) {
        std::fputs(ending->text.c_str(), ending->code == 0 ? stdout : stderr);
        return ending->code;
    }
    return cohort::app::restart_if_asked(run(std::get<cohort::app::Arguments>(read)));
}

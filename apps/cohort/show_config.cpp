// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "apps/cohort/commands.h"

namespace cohort::app {

Result<int> run(const ShowConfig&, const config::Config& config) {
    for (const config::Value& value : config.values()) {
        std::printf("# %.*s\n%.*s = %s  (%s)\n", static_cast<int>(value.setting->help.size()),
                    value.setting->help.data(), static_cast<int>(value.setting->key.size()),
                    value.setting->key.data(), config::Config::shown(value).c_str(),
                    value.origin.c_str());
    }
    return 0;
}

}  // namespace cohort::app

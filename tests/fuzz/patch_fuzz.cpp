// SPDX-License-Identifier: Apache-2.0
// What a page asks to have changed in a form: refused for a reason, or read within its bounds.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "weft/ensure.h"

#include "cohort/capture/patch_json.h"

using namespace cohort;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto body = json::parse({reinterpret_cast<const char*>(data), size});
    if (!body || !body->is_object()) return 0;
    if (const auto patch = capture::patch_from(body->as_object())) {
        const std::size_t all =
            patch->changes.size() + patch->additions.size() + patch->removals.size();
        ENSURE(all > 0 && all <= capture::changes_max, "a patch has its bounds");
    } else {
        ENSURE(patch.error().kind == ErrorKind::invalid, "a bad patch is the sender's fault");
    }
    const auto acknowledged = capture::acknowledged_from(body->as_object());
    if (!acknowledged)
        ENSURE(acknowledged.error().kind == ErrorKind::invalid, "so is a bad acknowledgement");
    return 0;
}

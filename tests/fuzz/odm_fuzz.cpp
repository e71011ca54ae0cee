// SPDX-License-Identifier: Apache-2.0
// Any bytes at the door where studies come in: they are refused or read, never a crash, and what
// was read is written as XML that reads as the same file again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "cohort/interop/export.h"
#include "cohort/interop/import.h"
#include "cohort/interop/plan.h"

using namespace cohort;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto parsed = interop::parse_odm(bytes);
    if (!parsed) return 0;
    for (const interop::ClinicalData& clinical : parsed->file.clinical)
        for (const interop::SubjectData& subject : clinical.subjects)
            (void)interop::plan_subject({{clinical.version_oid, &subject}});
    const auto again = interop::parse_odm(interop::to_xml(parsed->file));
    if (!again) std::abort();
    if (!interop::write_odm(again->file).same_as(interop::write_odm(parsed->file))) std::abort();
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "cohort/interop/import.h"

namespace cohort::interop {

Result<ParsedFile> parse_odm(std::string_view bytes) {
    xml::Document document = TRY(xml::parse(bytes));
    TRY(recognise(document));
    ParsedFile out;
    out.mapped = normalise(document.root);
    out.file = read_odm(document.root, out.kept);
    out.file.namespaces = std::move(document.namespaces);
    out.comments = static_cast<std::int64_t>(document.comments);
    const OdmFile& file = out.file;
    if (file.studies.empty() && file.clinical.empty() && file.reference.empty() &&
        file.admin.empty())
        return refused("no-study", "the file holds no study, no data and no users");
    return out;
}

}  // namespace cohort::interop

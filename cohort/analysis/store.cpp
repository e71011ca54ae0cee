// SPDX-License-Identifier: Apache-2.0
#include "cohort/analysis/store.h"

#include <cstdint>
#include <string_view>

namespace cohort::analysis {

namespace {

constexpr std::size_t part_bytes = 512 * 1024;

// At most `part_bytes`, and no character is cut.
std::string_view next_part(std::string_view text) {
    if (text.size() <= part_bytes) return text;
    std::size_t end = part_bytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    return text.substr(0, end);
}

struct FilePart {
    std::size_t file;  // 1, 2, 3 …
    std::int64_t number;
    std::string_view name;
    std::string_view body;
};

std::vector<FilePart> parts_of(const std::vector<File>& files) {
    std::vector<FilePart> all;
    for (std::size_t i = 0; i < files.size(); ++i) {
        std::string_view rest = files[i].text;
        std::int64_t number = 0;
        do {  // an empty file has a part too
            const std::string_view body = next_part(rest);
            all.push_back({i + 1, ++number, files[i].name, body});
            rest.remove_prefix(body.size());
        } while (!rest.empty());
    }
    return all;
}

// The parts behind `first` that go into one unit with it. Shape: the first that does not.
std::size_t end_of_unit(const std::vector<FilePart>& parts, std::size_t first) {
    std::size_t bytes = parts[first].body.size();
    std::size_t end = first + 1;
    while (end < parts.size() && bytes + parts[end].body.size() <= part_bytes)
        bytes += parts[end++].body.size();
    return end;
}

Result<void> insert(db::Tx& tx, const Run& run, const FilePart& part) {
    return tx.put(
        "INSERT INTO site_analysis_part (study_id, site_id, run, file, part, name, body) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        run.study, run.site, run.id, part.file, part.number, std::string(part.name),
        std::string(part.body));
}

}  // namespace

Result<void> write_files(const Keep& keep, const Run& run, const std::vector<File>& files) {
    const std::vector<FilePart> parts = parts_of(files);
    for (std::size_t first = 0; first < parts.size();) {
        const std::size_t end = end_of_unit(parts, first);
        TRY(keep([&](db::Tx& tx) -> Result<void> {
            for (std::size_t i = first; i < end; ++i) TRY(insert(tx, run, parts[i]));
            return {};
        }));
        first = end;
    }
    return {};
}

Result<void> publish(db::Tx& tx, const Run& run) {
    TRY(tx.put("DELETE FROM site_analysis_part WHERE study_id = ? AND site_id = ? AND run <> ?",
               run.study, run.site, run.id));
    return tx.put(
        "INSERT INTO site_analysis (study_id, site_id, run, job_id, made_at, manifest) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (study_id, site_id) DO UPDATE SET "
        "run = excluded.run, job_id = excluded.job_id, made_at = excluded.made_at, "
        "manifest = excluded.manifest",
        run.study, run.site, run.id, run.job, run.made_at, run.manifest);
}

Result<Run> get_run(db::Tx& tx, const StudyId& study, const SiteId& site) {
    const auto row = TRY(
        tx.maybe("SELECT run, job_id, made_at, manifest FROM site_analysis WHERE study_id = ? AND "
                 "site_id = ?",
                 study, site));
    if (!row) return not_found("analysis", "No tables were made of this site yet.");
    return Run{.id = row->get<std::string>(0),
               .study = study,
               .site = site,
               .job = row->get<JobId>(1),
               .made_at = row->get<Instant>(2),
               .manifest = row->get<std::string>(3)};
}

Result<std::vector<File>> files_of(db::Tx& tx, const Run& run) {
    std::vector<File> files;
    std::int64_t last = 0;
    TRY(tx.each(
        "SELECT file, name, body FROM site_analysis_part WHERE study_id = ? AND site_id = ? AND "
        "run = ? ORDER BY file, part",
        [&](db::Row&& row) -> Result<void> {
            if (row.get<std::int64_t>(0) != last) files.push_back({row.get<std::string>(1), {}});
            last = row.get<std::int64_t>(0);
            files.back().text += row.get<std::string>(2);
            return {};
        },
        run.study, run.site, run.id));
    return files;
}

}  // namespace cohort::analysis

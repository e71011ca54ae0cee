// SPDX-License-Identifier: Apache-2.0
#include "cohort/capture/store.h"

#include <utility>

#include "cohort/capture/activity.h"

namespace cohort::capture {

namespace {

const char* word(State state) {
    return state == State::complete ? "complete" : "in_progress";
}

// --- reading forms ------------------------------------------------------------------------

const std::string columns =
    "SELECT f.id, f.study_id, s.site_id, f.subject_id, f.event_oid, f.event_repeat, f.form_oid, "
    "f.form_repeat, s.key, f.metadata_version_id, f.state, f.version, f.document, f.position, "
    "f.extra, a.version, a.archived_at, a.archived_by, a.digest "
    "FROM form_instance f JOIN enrolled_subject s ON s.id = f.subject_id "
    "LEFT JOIN form_archive a ON a.form_id = f.id AND a.version = "
    "(SELECT MAX(version) FROM form_archive WHERE form_id = f.id) ";

const std::string by_id = columns + "WHERE f.id = ?";

Result<Form> form_of(const db::Row& row) {
    Form form;
    form.id = row.get<FormId>(0);
    form.study = row.get<StudyId>(1);
    form.site = row.get<SiteId>(2);
    form.place = {.subject = row.get<SubjectId>(3),
                  .event = row.get<std::string>(4),
                  .event_repeat = row.get<std::string>(5),
                  .form = row.get<std::string>(6),
                  .form_repeat = row.get<std::string>(7)};
    form.subject_key = row.get<std::string>(8);
    form.metadata_version = row.get<MetadataVersionId>(9);
    form.state = row.get<std::string>(10) == "complete" ? State::complete : State::in_progress;
    form.version = row.get<std::int64_t>(11);
    form.document = TRY(from_json(TRY(json::parse(row.get<std::string>(12)))));
    form.position = row.get<std::int64_t>(13);
    form.extra = row.get<std::string>(14);
    if (const auto archived = row.get<std::optional<std::int64_t>>(15))
        form.archived = Archived{.version = *archived,
                                 .at = row.get<Instant>(16),
                                 .by = row.get<std::string>(17),
                                 .digest = row.get<std::string>(18)};
    return form;
}

}  // namespace

Result<Form> get(db::Tx& tx, const FormId& id) {
    const auto row = TRY(tx.maybe(by_id, id));
    if (!row) return not_found("form", "There is no such form.");
    return form_of(*row);
}

void get_soon(db::Tx& tx, const FormId& id) {
    tx.soon(by_id, id);
}

Result<std::optional<Form>> find(db::Tx& tx, const FormPlace& place) {
    const auto row = TRY(
        tx.maybe(columns + "WHERE f.subject_id = ? AND f.event_oid = ? AND f.event_repeat = ? "
                           "AND f.form_oid = ? AND f.form_repeat = ?",
                 place.subject, place.event, place.event_repeat, place.form, place.form_repeat));
    if (!row) return std::optional<Form>();
    return std::optional<Form>(TRY(form_of(*row)));
}

Result<std::vector<Form>> of_subject(db::Tx& tx, const SubjectId& subject) {
    std::vector<Form> forms;
    for (const db::Row& row :
         TRY(tx.all(columns + "WHERE f.subject_id = ? ORDER BY f.position", subject)))
        forms.push_back(TRY(form_of(row)));
    return forms;
}

Result<FormHead> head_of(db::Tx& tx, const FormId& id) {
    const auto row =
        TRY(tx.maybe("SELECT f.study_id, s.site_id, f.form_oid, f.metadata_version_id "
                     "FROM form_instance f JOIN enrolled_subject s ON s.id = f.subject_id "
                     "WHERE f.id = ?",
                     id));
    if (!row) return not_found("form", "There is no such form.");
    return FormHead{.id = id,
                    .study = row->get<StudyId>(0),
                    .site = row->get<SiteId>(1),
                    .form = row->get<std::string>(2),
                    .metadata_version = row->get<MetadataVersionId>(3)};
}

// --- writing forms ------------------------------------------------------------------------

Result<Form> insert(db::Tx& tx, Form form, Instant at) {
    const subjects::Subject subject = TRY(subjects::get(tx, form.place.subject));
    const db::Row last = TRY(tx.one(
        "SELECT COALESCE(MAX(position), 0) FROM form_instance WHERE subject_id = ?", subject.id));
    form.id = new_id<FormId>();
    form.study = subject.study;
    form.site = subject.site;
    form.subject_key = subject.key;
    form.position = last.get<std::int64_t>(0) + 1;
    const std::int64_t added = TRY(tx.run(
        "INSERT INTO form_instance (id, study_id, subject_id, event_oid, event_repeat, form_oid, "
        "form_repeat, metadata_version_id, state, version, position, created_at, changed_at, "
        "document, extra) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        form.id, form.study, form.place.subject, form.place.event, form.place.event_repeat,
        form.place.form, form.place.form_repeat, form.metadata_version, word(form.state),
        form.version, form.position, at, at, json::to_text(to_json(form.document)), form.extra));
    if (added == 0) return conflict("form-exists", "The subject has this form at this visit.");
    TRY(publish_change(tx, form));
    return form;
}

Result<void> update(db::Tx& tx, const Form& form, Instant at) {
    TRY(
        tx.put("UPDATE form_instance SET state = ?, version = ?, changed_at = ?, document = ? "
               "WHERE id = ?",
               word(form.state), form.version, at, json::to_text(to_json(form.document)), form.id));
    return publish_change(tx, form);
}

// --- stages and archive -------------------------------------------------------------------

Result<void> insert_stages(db::Tx& tx, const FormId& form, std::int64_t version,
                           const Stages& stages) {
    const Stage archived = stages.archived.value_or(Stage());
    const auto when_archived = [&](auto value) {
        return stages.archived ? db::to_value(value) : db::Value();
    };
    TRY(
        tx.put("INSERT INTO form_stage (form_id, version, received_at, receive_us, validated_at, "
               "validate_us, stored_at, store_us, archived_at, archive_us) "
               "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
               form, version, stages.received.at, stages.received.us, stages.validated.at,
               stages.validated.us, stages.stored.at, stages.stored.us, when_archived(archived.at),
               when_archived(archived.us)));
    return {};
}

static Stage stage_of(const db::Row& row, int column) {
    return {.at = row.get<Instant>(column), .us = row.get<std::int64_t>(column + 1)};
}

Result<std::vector<VersionStages>> stages_of(db::Tx& tx, const FormId& form, int limit) {
    std::vector<VersionStages> all;
    for (const db::Row& row : TRY(tx.all(
             "SELECT version, received_at, receive_us, validated_at, validate_us, stored_at, "
             "store_us, archived_at, archive_us FROM form_stage WHERE form_id = ? "
             "ORDER BY version DESC LIMIT ?",
             form, limit))) {
        VersionStages& one = all.emplace_back();
        one.version = row.get<std::int64_t>(0);
        one.stages.received = stage_of(row, 1);
        one.stages.validated = stage_of(row, 3);
        one.stages.stored = stage_of(row, 5);
        if (row.get<std::optional<Instant>>(7)) one.stages.archived = stage_of(row, 7);
    }
    return all;
}

Result<void> insert_archive(db::Tx& tx, const FormId& form, const Archive& archive) {
    TRY(
        tx.put("INSERT INTO form_archive (form_id, version, archived_at, archived_by, digest, "
               "document) VALUES (?, ?, ?, ?, ?, ?)",
               form, archive.head.version, archive.head.at, archive.head.by, archive.head.digest,
               archive.document));
    return {};
}

Result<std::optional<Archive>> archive_of(db::Tx& tx, const FormId& form, std::int64_t version) {
    const auto row =
        TRY(tx.maybe("SELECT version, archived_at, archived_by, digest, document FROM form_archive "
                     "WHERE form_id = ? AND version = ?",
                     form, version));
    if (!row) return std::optional<Archive>();
    return std::optional(Archive{.head = {.version = row->get<std::int64_t>(0),
                                          .at = row->get<Instant>(1),
                                          .by = row->get<std::string>(2),
                                          .digest = row->get<std::string>(3)},
                                 .document = row->get<std::string>(4)});
}

}  // namespace cohort::capture

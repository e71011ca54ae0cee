-- One form at one visit of one subject; its items are one JSON document. `version` counts the
-- accepted writes.
CREATE TABLE form_instance (
    id                  TEXT PRIMARY KEY NOT NULL,
    study_id            TEXT NOT NULL,
    subject_id          TEXT NOT NULL REFERENCES subject (id),
    event_oid           TEXT NOT NULL,
    event_repeat        TEXT NOT NULL,
    form_oid            TEXT NOT NULL,
    form_repeat         TEXT NOT NULL,
    metadata_version_id TEXT NOT NULL,
    state               TEXT NOT NULL CHECK (state IN ('in_progress', 'complete')),
    version             BIGINT NOT NULL,
    position            BIGINT NOT NULL,
    created_at          BIGINT NOT NULL,
    changed_at          BIGINT NOT NULL,
    document            TEXT NOT NULL,
    extra               TEXT NOT NULL,
    UNIQUE (subject_id, event_oid, event_repeat, form_oid, form_repeat)
);

-- The matrix reads places and states of many forms; with these columns first it never has to touch
-- a document.
CREATE INDEX form_instance_state ON form_instance
    (subject_id, event_oid, event_repeat, form_oid, form_repeat, state, id);
CREATE INDEX form_instance_repeats ON form_instance (study_id, event_oid, event_repeat, form_oid)
    WHERE event_repeat <> '1';

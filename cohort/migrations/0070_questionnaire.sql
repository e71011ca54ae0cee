-- Questionnaires of a study. Those of one `url` are versions of one another; of these patients get the published one with
-- the highest number. What was imported never changes; the rules beside it only while it is a draft.
CREATE TABLE questionnaire (
    id            TEXT PRIMARY KEY NOT NULL,
    study_id      TEXT NOT NULL,
    url           TEXT NOT NULL,
    version       TEXT NOT NULL,              -- the form's own word for it
    number        BIGINT NOT NULL,            -- 1, 2, 3 … in the order of arrival
    title         TEXT NOT NULL,
    languages     TEXT NOT NULL,              -- JSON list, the form's own first
    state         TEXT NOT NULL CHECK (state IN ('draft', 'published', 'withdrawn')),
    edits         BIGINT NOT NULL,            -- one more with each change of this row
    body          TEXT NOT NULL,              -- the FHIR resource as JSON, decimals in their digits
    rules         TEXT NOT NULL,              -- JSON: how it is scored, and which answers are dangerous
    imported_at   BIGINT NOT NULL,
    imported_by   TEXT NOT NULL,
    published_at  BIGINT,
    withdrawn_at  BIGINT,
    withdrawn_why TEXT,
    UNIQUE (study_id, url, version),
    UNIQUE (study_id, url, number)
);

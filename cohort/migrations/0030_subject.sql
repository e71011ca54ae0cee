-- People in a study, known by number only. `position` keeps the order of arrival for exports;
-- `extra` is what an importer must be able to give back.
CREATE TABLE subject (
    id          TEXT PRIMARY KEY NOT NULL,
    study_id    TEXT NOT NULL,
    site_id     TEXT NOT NULL,
    key         TEXT NOT NULL,
    enrolled_on TEXT,
    position    BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    extra       TEXT NOT NULL,
    UNIQUE (study_id, key),
    UNIQUE (study_id, position)
);
CREATE INDEX subject_by_site ON subject (site_id, study_id);

-- The next number of each site of a study, and how a number becomes a key: each run of # in the
-- pattern is the number with at least that many digits.
CREATE TABLE subject_numbering (
    study_id TEXT NOT NULL,
    site_id  TEXT NOT NULL,
    pattern  TEXT NOT NULL,
    next     BIGINT NOT NULL,
    PRIMARY KEY (study_id, site_id)
);

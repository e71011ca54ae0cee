-- The tables that a run made of what a site recorded in a study: the last run's, as files in parts. Parts are written
-- before their run is named here and seen from then on; those of other runs are removed in the same transaction.
CREATE TABLE site_analysis (
    study_id TEXT NOT NULL,
    site_id  TEXT NOT NULL,
    run      TEXT NOT NULL,
    job_id   TEXT NOT NULL,
    made_at  BIGINT NOT NULL,
    manifest TEXT NOT NULL,           -- JSON: what there is, with counts and digests
    PRIMARY KEY (study_id, site_id)
);

CREATE TABLE site_analysis_part (
    study_id TEXT NOT NULL,
    site_id  TEXT NOT NULL,
    run      TEXT NOT NULL,
    file     BIGINT NOT NULL,         -- 1, 2, 3 …
    part     BIGINT NOT NULL,         -- 1, 2, 3 …
    name     TEXT NOT NULL,           -- of the file
    body     TEXT NOT NULL,
    PRIMARY KEY (study_id, site_id, run, file, part)
);

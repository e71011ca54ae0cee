-- The places where a study's subjects are seen, and which of them take part in which study.
CREATE TABLE site (
    id              TEXT PRIMARY KEY NOT NULL,
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    oid             TEXT NOT NULL,
    name            TEXT NOT NULL,
    time_zone       TEXT NOT NULL,              -- "Asia/Shanghai"
    created_at      BIGINT NOT NULL,
    UNIQUE (organisation_id, oid)
);

-- A site keeps its row when it leaves a study: its subjects' data stay.
CREATE TABLE study_site (
    study_id       TEXT NOT NULL,
    site_id        TEXT NOT NULL REFERENCES site (id),
    oid            TEXT NOT NULL,               -- the site's number in this study
    activated_at   BIGINT NOT NULL,
    activated_by   TEXT,
    deactivated_at BIGINT,
    PRIMARY KEY (study_id, site_id),
    UNIQUE (study_id, oid)
);

-- Studies and what they ask. A metadata version and its definitions are immutable once stored; only
-- implied definitions (for data that named what nobody defined) may be added, which gives
-- the version another revision. Bodies are the definition as an ODM element in JSON (study/element_io.h).
CREATE TABLE study (
    id             TEXT PRIMARY KEY NOT NULL,
    oid            TEXT NOT NULL UNIQUE,
    name           TEXT NOT NULL,
    description    TEXT NOT NULL,
    protocol_name  TEXT NOT NULL,
    position       BIGINT NOT NULL,       -- order of arrival
    body           TEXT NOT NULL,         -- the Study element without its units and versions
    origin         TEXT NOT NULL,         -- attributes of the file it came in
    created_at     BIGINT NOT NULL,
    created_by     TEXT                   -- a user; none: the command line or first start
);

CREATE TABLE study_unit (
    study_id TEXT NOT NULL REFERENCES study (id),
    position BIGINT NOT NULL,
    oid      TEXT NOT NULL,
    body     TEXT NOT NULL,
    PRIMARY KEY (study_id, position)
);

CREATE TABLE metadata_version (
    id               TEXT PRIMARY KEY NOT NULL,
    study_id         TEXT NOT NULL REFERENCES study (id),
    oid              TEXT NOT NULL,
    name             TEXT NOT NULL,
    position         BIGINT NOT NULL,     -- order of arrival in the study
    included_study   TEXT,                -- OIDs of the version it builds on
    included_version TEXT,
    revision         TEXT NOT NULL,         -- another with each change of the implied definitions
    body             TEXT NOT NULL,       -- the MetaDataVersion element without its definitions
    created_at       BIGINT NOT NULL,
    UNIQUE (study_id, oid)
);

CREATE TABLE definition (
    version_id TEXT NOT NULL REFERENCES metadata_version (id),
    position   BIGINT NOT NULL,
    kind       TEXT NOT NULL,             -- the element's name: StudyEventDef, ItemDef, CodeList …
    oid        TEXT NOT NULL,
    implied    BIGINT NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (version_id, position)
);
CREATE INDEX definition_by_oid ON definition (version_id, kind, oid);

-- What a file says beside definitions and subjects: users, locations and signature definitions,
-- reference data, and what stands around the subjects of a ClinicalData element.
CREATE TABLE study_annex (
    study_id  TEXT NOT NULL REFERENCES study (id),
    position  BIGINT NOT NULL,
    section   TEXT NOT NULL,              -- AdminData, ReferenceData, ClinicalData, Association
    container BIGINT NOT NULL,            -- which of the section's elements in the file
    kind      TEXT NOT NULL,              -- empty for the container itself
    oid       TEXT NOT NULL,
    body      TEXT NOT NULL,
    PRIMARY KEY (study_id, position)
);

-- How many records of each site were changed on which day, kept by a subscriber to 'record.changed'.
CREATE TABLE site_activity (
    study_id TEXT NOT NULL,
    site_id TEXT NOT NULL,
    day BIGINT NOT NULL,              -- days since 1970, UTC
    changes BIGINT NOT NULL,
    PRIMARY KEY (study_id, site_id, day)
);

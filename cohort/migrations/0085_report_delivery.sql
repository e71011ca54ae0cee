-- Where the reports of a site's subjects are pushed to.
CREATE TABLE report_receiver (
    study_id   TEXT NOT NULL,
    site_id    TEXT NOT NULL REFERENCES site (id),
    url        TEXT NOT NULL,
    token      TEXT NOT NULL,             -- sealed with a key that is not in the store
    enabled    BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    PRIMARY KEY (study_id, site_id)
);

-- A report on its way to its site's receiver, from the submission on. The id is what the receiver
-- tells repetitions by: it never changes, whatever job tries it.
CREATE TABLE report_delivery (
    id         TEXT PRIMARY KEY NOT NULL,
    submission TEXT NOT NULL UNIQUE,
    study_id   TEXT NOT NULL,
    site_id    TEXT NOT NULL,
    name       TEXT NOT NULL,             -- for people: the subject's number
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'unknown', 'acknowledged', 'refused')),
    job        TEXT,                      -- that has it in hand, or had it last
    digest     TEXT,                      -- SHA-256 of what was sent; empty: nothing was
    attempts   BIGINT NOT NULL DEFAULT 0, -- how often it was sent
    reply      TEXT NOT NULL DEFAULT '',  -- the receiver's receipt, or its last word
    changed_at BIGINT NOT NULL
);
CREATE INDEX report_delivery_by_site ON report_delivery (study_id, site_id, state);
CREATE INDEX report_delivery_open ON report_delivery (job) WHERE state IN ('waiting', 'unknown');

-- What was submitted before there were deliveries.
INSERT INTO report_delivery (id, submission, study_id, site_id, name, state, changed_at)
SELECT r.id, r.id, r.study_id, r.site_id, s.key, 'waiting', r.received_at
FROM patient_response r JOIN subject s ON s.id = r.subject_id;

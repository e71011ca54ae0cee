-- An alert that nobody acknowledges is passed on: one row for each step, in the order in which they were due. Step 0 is the site's,
-- in the transaction of the answers.
CREATE TABLE patient_alert_step (
    alert_id TEXT NOT NULL REFERENCES patient_alert (id),
    number   BIGINT NOT NULL,
    told     TEXT NOT NULL,                   -- site, monitor, safety_officer; nobody: none is left to be told
    people   TEXT NOT NULL,                   -- their names at that moment, JSON
    due_at   BIGINT NOT NULL,
    done_at  BIGINT NOT NULL,
    PRIMARY KEY (alert_id, number)
);
ALTER TABLE patient_alert ADD COLUMN next_step_at BIGINT;  -- empty: acknowledged, or none is left
CREATE INDEX patient_alert_open ON patient_alert (raised_at) WHERE acknowledged_at IS NULL;

-- After how long a study's alerts are passed on; the default where there is no row.
CREATE TABLE alert_patience (
    study_id   TEXT PRIMARY KEY NOT NULL,
    minutes    BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);

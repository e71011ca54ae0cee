-- What patients answered. One row for each window of a plan: however often it is sent, it is there once.
CREATE TABLE patient_response (
    id               TEXT PRIMARY KEY NOT NULL,
    study_id         TEXT NOT NULL,
    site_id          TEXT NOT NULL,
    subject_id       TEXT NOT NULL REFERENCES subject (id),
    plan_id          TEXT NOT NULL REFERENCES questionnaire_plan (id),
    number           BIGINT NOT NULL,         -- of the window
    questionnaire_id TEXT NOT NULL REFERENCES questionnaire (id),
    language         TEXT NOT NULL,           -- in which it was answered
    authored         TEXT NOT NULL,           -- the phone's own time, as it said
    received_at      BIGINT NOT NULL,
    is_late          BIGINT NOT NULL,
    scoring          TEXT NOT NULL,           -- name|version of the formulas; empty: none
    digest           TEXT NOT NULL,           -- SHA-256 of what was sent
    body             TEXT NOT NULL,           -- the FHIR resource as JSON, decimals in their digits
    answer           TEXT NOT NULL,           -- what the patient was told, JSON
    UNIQUE (plan_id, subject_id, number)
);
CREATE INDEX patient_response_by_subject ON patient_response (subject_id, received_at);

CREATE TABLE patient_score (
    response_id TEXT NOT NULL REFERENCES patient_response (id),
    position    BIGINT NOT NULL,
    name        TEXT NOT NULL,
    value       TEXT,                         -- empty: the answers it needs are not there, or it failed
    problem     TEXT NOT NULL,
    PRIMARY KEY (response_id, position)
);

-- Somebody is called to a response: one row for each rule that held.
CREATE TABLE patient_alert (
    id              TEXT PRIMARY KEY NOT NULL,
    study_id        TEXT NOT NULL,
    site_id         TEXT NOT NULL,
    subject_id      TEXT NOT NULL REFERENCES subject (id),
    response_id     TEXT NOT NULL REFERENCES patient_response (id),
    rule            TEXT NOT NULL,
    raised_at       BIGINT NOT NULL,
    due_at          BIGINT NOT NULL,          -- by when somebody should have taken it
    acknowledged_at BIGINT,
    acknowledged_by TEXT,
    note            TEXT
);
CREATE INDEX patient_alert_by_study ON patient_alert (study_id, raised_at);
CREATE INDEX patient_alert_by_response ON patient_alert (response_id);

-- How a patient comes in: an invitation is used once, on a device that keeps a token of its own from then on; with that and the
-- patient's PIN a session begins. Tokens are here as hashes; codes and PINs as tags under their tokens, so that who reads
-- these tables can neither come in nor try codes out.
CREATE TABLE patient_invitation (
    id         TEXT PRIMARY KEY NOT NULL,
    subject_id TEXT NOT NULL REFERENCES subject (id),
    token_hash TEXT NOT NULL UNIQUE,
    code_tag   TEXT NOT NULL,
    wrong      BIGINT NOT NULL,              -- wrong codes so far
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at   BIGINT,
    ended_how  TEXT                          -- used, replaced, revoked or guessed
);
CREATE INDEX patient_invitation_by_subject ON patient_invitation (subject_id);

CREATE TABLE patient_device (
    id           TEXT PRIMARY KEY NOT NULL,
    subject_id   TEXT NOT NULL REFERENCES subject (id),
    token_hash   TEXT NOT NULL UNIQUE,
    pin_tag      TEXT NOT NULL,
    wrong        BIGINT NOT NULL,            -- wrong PINs since the last right one
    created_at   BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    ended_at     BIGINT
);
CREATE INDEX patient_device_by_subject ON patient_device (subject_id);

CREATE TABLE patient_session (
    id           TEXT PRIMARY KEY NOT NULL,
    device_id    TEXT NOT NULL REFERENCES patient_device (id),
    subject_id   TEXT NOT NULL REFERENCES subject (id),
    token_hash   TEXT NOT NULL UNIQUE,
    created_at   BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    ended_at     BIGINT
);
CREATE INDEX patient_session_by_subject ON patient_session (subject_id);
CREATE INDEX patient_session_by_device ON patient_session (device_id);
CREATE INDEX patient_session_by_expiry ON patient_session (expires_at);

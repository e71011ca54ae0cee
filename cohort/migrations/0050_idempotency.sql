-- Answers to requests with an Idempotency-Key, kept with the change they answered.
CREATE TABLE idempotency (
    caller TEXT NOT NULL,     -- user id; empty for open routes
    route TEXT NOT NULL,      -- method and path
    key TEXT NOT NULL,
    body_hash TEXT NOT NULL,  -- SHA-256, so that the same key with another body is noticed
    status BIGINT NOT NULL,
    headers TEXT NOT NULL,    -- JSON object
    body TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (caller, route, key)
);
CREATE INDEX idempotency_at ON idempotency (at);

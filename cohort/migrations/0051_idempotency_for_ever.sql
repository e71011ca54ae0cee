-- An enrolment sent again after a year must still be the same enrolment: its answer is never forgotten.
ALTER TABLE idempotency ADD COLUMN for_ever BIGINT NOT NULL DEFAULT 0;
DROP INDEX idempotency_at;
CREATE INDEX idempotency_at ON idempotency (at) WHERE for_ever = 0;

-- Jobs that start by themselves, at a time of day somewhere.

CREATE TABLE job_schedule (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    study TEXT,
    site TEXT,
    name TEXT NOT NULL,               -- for people
    input TEXT NOT NULL,              -- JSON, for who starts the job
    minute BIGINT NOT NULL,           -- of the day, by the clocks of the zone
    weekdays BIGINT NOT NULL,         -- a bit each: 1 Monday, 2 Tuesday, 4 … 64 Sunday
    zone TEXT NOT NULL,
    missed TEXT NOT NULL,             -- what becomes of times that passed while no server ran: skip, one or all
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    stopped_at BIGINT,
    next_due BIGINT                   -- empty: stopped
);
CREATE INDEX job_schedule_due ON job_schedule (next_due) WHERE next_due IS NOT NULL;

-- A time of a schedule is decided once, whoever looks: that is this key.
CREATE TABLE job_firing (
    schedule TEXT NOT NULL,
    due BIGINT NOT NULL,
    at BIGINT NOT NULL,
    job TEXT,                         -- empty: none was started, for this reason
    code TEXT,
    PRIMARY KEY (schedule, due)
);

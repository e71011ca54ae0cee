-- Work that takes longer than a request, and the ledger of its items.
-- docs/decisions/0012-jobs.md says why it has this shape.

-- The counters are kept in the transaction that moves an item, so at every read
-- total = done + failed + skipped + in_flight + pending + unknown.
CREATE TABLE job (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    parent TEXT,                      -- the job whose part it is
    study TEXT,
    site TEXT,
    lane TEXT NOT NULL,               -- study and site: who takes turns with whom
    unique_key TEXT,
    input TEXT NOT NULL,              -- JSON
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    wish TEXT NOT NULL,               -- run, pause or cancel
    cancelled_by TEXT,
    cancelled_with TEXT,              -- the job at which the cancel was aimed: this, or what it is part of
    sealed BIGINT NOT NULL,           -- 1: no items will be added
    total BIGINT NOT NULL DEFAULT 0,
    done BIGINT NOT NULL DEFAULT 0,
    failed BIGINT NOT NULL DEFAULT 0,
    skipped BIGINT NOT NULL DEFAULT 0,
    in_flight BIGINT NOT NULL DEFAULT 0,
    pending BIGINT NOT NULL DEFAULT 0,
    unknown BIGINT NOT NULL DEFAULT 0,
    children BIGINT NOT NULL DEFAULT 0,  -- jobs that are part of it and not over
    troubled BIGINT NOT NULL DEFAULT 0,  -- those that are over and did not succeed
    rate BIGINT,                      -- items a minute
    most BIGINT,                      -- items in flight at once
    next_us BIGINT NOT NULL DEFAULT 0,   -- when the rate allows the next item, microseconds
    not_before BIGINT NOT NULL DEFAULT 0,
    ready_at BIGINT,                  -- when an item may be claimed; empty: not as things are
    started_at BIGINT,
    ended TEXT,                       -- the last state, once it is over
    ended_at BIGINT
);
CREATE UNIQUE INDEX job_live_key ON job (kind, unique_key)
    WHERE ended IS NULL AND unique_key IS NOT NULL;
CREATE INDEX job_ready ON job (kind, lane, ready_at, id) WHERE ready_at IS NOT NULL;
CREATE INDEX job_busy ON job (kind, lane) WHERE in_flight > 0;
CREATE INDEX job_part ON job (parent) WHERE parent IS NOT NULL;

-- Items that are not done. Those that can be claimed have a time from which on.
CREATE TABLE job_item (
    job TEXT NOT NULL,
    number BIGINT NOT NULL,           -- 1, 2, 3 …
    name TEXT NOT NULL,               -- for people
    input TEXT NOT NULL,              -- JSON
    state TEXT NOT NULL,              -- pending, in_flight, failed, skipped, unknown
    due BIGINT,
    worker TEXT,                      -- who has it in flight
    fence BIGINT NOT NULL DEFAULT 0,  -- one more with each claim
    attempts BIGINT NOT NULL DEFAULT 0,
    crashes BIGINT NOT NULL DEFAULT 0,   -- attempts that ended with their process
    asks BIGINT NOT NULL DEFAULT 0,
    sent_at BIGINT,                   -- it may have reached the outside since then
    checkpoint TEXT,                  -- JSON
    code TEXT,                        -- why it is in this state: a stable word
    reason TEXT,                      -- and for people
    at BIGINT NOT NULL,               -- of the last change
    PRIMARY KEY (job, number)
);
CREATE INDEX job_item_due ON job_item (job, due, number) WHERE due IS NOT NULL;
CREATE INDEX job_item_held ON job_item (worker) WHERE worker IS NOT NULL;

-- Items that are done: the row is written in the transaction of the item's effects, once.
CREATE TABLE job_item_past (
    job TEXT NOT NULL,
    number BIGINT NOT NULL,
    name TEXT NOT NULL,
    input TEXT NOT NULL,
    state TEXT NOT NULL,
    code TEXT,
    reason TEXT,
    attempts BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (job, number)
);

-- Steps of unfinished items whose effects are in the store.
CREATE TABLE job_effect (
    job TEXT NOT NULL,
    number BIGINT NOT NULL,
    step TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (job, number, step)
);

-- Running engines. Each start is another worker, whatever the machine is called.
CREATE TABLE job_worker (
    epoch TEXT PRIMARY KEY,
    started_at BIGINT NOT NULL,
    held_until BIGINT NOT NULL        -- ms, by the clock of the store
);

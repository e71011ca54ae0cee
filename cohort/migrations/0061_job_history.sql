-- What a job leaves behind, and what keeps its tables small.

ALTER TABLE job ADD COLUMN version BIGINT NOT NULL DEFAULT 0;  -- one more with each change of it
ALTER TABLE job ADD COLUMN trimmed BIGINT NOT NULL DEFAULT 0;  -- 1: its items are being removed, 2: they are gone
CREATE INDEX job_to_trim ON job (ended_at) WHERE ended_at IS NOT NULL AND trimmed < 2;
CREATE INDEX job_newest ON job (created_at, id);

-- How many were done when: speed and picture of a job are counted from its rows.
CREATE INDEX job_item_past_at ON job_item_past (job, at);

-- What an item made for people to fetch: a text in parts, written in the transaction that ends the item.
CREATE TABLE job_result (
    job TEXT NOT NULL,
    number BIGINT NOT NULL,
    part BIGINT NOT NULL,             -- 1, 2, 3 …
    name TEXT NOT NULL,               -- of the file
    media_type TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (job, number, part)
);

/*postgresql
-- Rows of these change many times a second, and claims walk over what is dead among them. What is vacuumed often is
-- vacuumed quickly.
ALTER TABLE job SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0);
ALTER TABLE job_item SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE job_effect SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0);
ALTER TABLE job_worker SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100);
*/

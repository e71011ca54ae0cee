-- Events: what has happened, written in the transaction in which it happened, for others to act on.
-- docs/decisions/0016-events.md says why it has this shape.

CREATE TABLE event (
    turn INTEGER PRIMARY KEY,         -- the order of writing
    position BIGINT,                  -- 1, 2, 3 … without a gap, given after the commit; empty until then
    id TEXT NOT NULL,
    topic TEXT NOT NULL,              -- 'record.changed'
    key TEXT NOT NULL,                -- what it is about: events of one key are acted on in their order
    body TEXT NOT NULL,               -- JSON without personal data
    at BIGINT NOT NULL                -- by the clock of the store
);
CREATE UNIQUE INDEX event_position ON event (position) WHERE position IS NOT NULL;
CREATE INDEX event_by_topic ON event (topic, position) WHERE position IS NOT NULL;
CREATE INDEX event_fresh ON event (turn) WHERE position IS NULL;

-- The last position that was given. One row, which everybody who gives some has to change.
CREATE TABLE event_end (
    one BIGINT PRIMARY KEY,
    last BIGINT NOT NULL
);

-- Who acts on a topic, in this or an earlier version of the program.
CREATE TABLE event_subscriber (
    name TEXT PRIMARY KEY,
    topic TEXT NOT NULL,
    position BIGINT NOT NULL,         -- every event of the topic up to here has a row in the inbox
    seen_at BIGINT NOT NULL           -- when a server had it last
);

-- One row for each event that a subscriber has taken: the row and the event's effect are one transaction.
CREATE TABLE event_inbox (
    subscriber TEXT NOT NULL,
    position BIGINT NOT NULL,
    key TEXT NOT NULL,
    state TEXT NOT NULL,              -- done, waiting, dead
    tries BIGINT NOT NULL,            -- that failed
    due BIGINT,                       -- when a waiting one is tried again
    code TEXT,                        -- why it failed: a stable word
    reason TEXT,                      -- and for people
    at BIGINT NOT NULL,
    PRIMARY KEY (position, subscriber)
);
CREATE INDEX event_inbox_waiting ON event_inbox (subscriber, key, position) WHERE state = 'waiting';
CREATE INDEX event_inbox_dead ON event_inbox (subscriber, position) WHERE state = 'dead';

/*postgresql
-- A turn is drawn when the row is written: who had to wait for another's commit draws later. Those that came from a store
-- in SQLite are before all of these.
ALTER TABLE event ALTER turn TYPE BIGINT;
CREATE SEQUENCE event_turn START 1000000000000;
ALTER TABLE event ALTER turn SET DEFAULT nextval('event_turn');
ALTER TABLE event SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0);
ALTER TABLE event_end SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100);
ALTER TABLE event_subscriber SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100);
*/

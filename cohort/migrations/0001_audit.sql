-- Who did what. Rows are only ever added; the sealer numbers and chains them afterwards, so that
-- writers do not queue behind one chain. docs/decisions/0004-audit-format.md says what is hashed.

CREATE TABLE audit_record (
    id TEXT PRIMARY KEY,
    chain TEXT NOT NULL,              -- the study, or 'system'
    at BIGINT NOT NULL,               -- server time, ms
    zone TEXT,                        -- the site's zone name
    actor TEXT NOT NULL,              -- user id, or the name of a part of the server
    role TEXT,                        -- at that time
    on_behalf_of TEXT,
    action TEXT NOT NULL,             -- 'form.item.changed'
    study TEXT,
    site TEXT,
    subject TEXT,
    event TEXT,
    event_repeat TEXT,
    form TEXT,                        -- form OID
    form_repeat TEXT,
    form_id TEXT,                     -- the instance
    item_group TEXT,
    group_repeat TEXT,
    item TEXT,
    target TEXT,                      -- any other object it is about
    old_value TEXT, old_unit TEXT, old_salt TEXT, old_digest TEXT,
    new_value TEXT, new_unit TEXT, new_salt TEXT, new_digest TEXT,
    reason_code TEXT,
    reason TEXT, reason_salt TEXT, reason_digest TEXT,
    address TEXT, address_salt TEXT, address_digest TEXT,
    client TEXT,
    how TEXT,                         -- 'ui', 'api', 'import', a job's id
    version TEXT,                     -- of the software
    detail TEXT                       -- JSON without personal data
);
CREATE INDEX audit_record_by_chain ON audit_record (chain, at, id);
CREATE INDEX audit_record_by_subject ON audit_record (subject, at, id);
CREATE INDEX audit_record_by_form ON audit_record (form_id, at, id);
CREATE INDEX audit_record_by_target ON audit_record (target, at, id);

-- Records that the sealer has not reached yet.
CREATE TABLE audit_unsealed (
    chain TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (chain, record)
);

CREATE TABLE audit_seal (
    chain TEXT NOT NULL,
    number BIGINT NOT NULL,           -- 1, 2, 3 … without a gap
    record TEXT NOT NULL UNIQUE,
    sealed_at BIGINT NOT NULL,
    hash TEXT NOT NULL,               -- SHA-256 over the record and the hash before it
    PRIMARY KEY (chain, number)
);

-- The signed end of each chain; the last of each day stays for ever.
CREATE TABLE audit_head (
    chain TEXT NOT NULL,
    day BIGINT NOT NULL,              -- days since 1970, UTC
    number BIGINT NOT NULL,
    hash TEXT NOT NULL,
    at BIGINT NOT NULL,
    key_id TEXT NOT NULL,
    signature TEXT NOT NULL,          -- Ed25519
    PRIMARY KEY (chain, day)
);

-- Work that only one process may do at a time.
CREATE TABLE lease (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    fence BIGINT NOT NULL,            -- one more with each change of the holder
    held_until BIGINT NOT NULL        -- ms
);

-- Who there is, what each may do, and who is signed in. Accounts and roles are never deleted:
-- an old signature must keep its name, and a review asks who had access on a day long past.
CREATE TABLE organisation (
    id         TEXT PRIMARY KEY NOT NULL,
    name       TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);

CREATE TABLE user_account (
    id                  TEXT PRIMARY KEY NOT NULL,
    organisation_id     TEXT NOT NULL REFERENCES organisation (id),
    login               TEXT NOT NULL UNIQUE,   -- lower case
    name                TEXT NOT NULL,
    password_hash       TEXT NOT NULL,          -- argon2id with its salt and parameters
    password_changed_at BIGINT NOT NULL,
    created_at          BIGINT NOT NULL,
    created_by          TEXT,                   -- a user; none: the command line or first start
    disabled_at         BIGINT,
    last_login_at       BIGINT
);

-- A role somebody holds: everywhere, in a study, or at a study's site.
CREATE TABLE role_grant (
    id         TEXT PRIMARY KEY NOT NULL,
    user_id    TEXT NOT NULL REFERENCES user_account (id),
    role       TEXT NOT NULL,
    study_id   TEXT,
    site_id    TEXT,
    from_at    BIGINT NOT NULL,
    until_at   BIGINT,                          -- the first moment it no longer holds
    granted_by TEXT,                            -- a user; none: the command line or first start
    granted_at BIGINT NOT NULL,
    revoked_by TEXT,
    revoked_at BIGINT,                          -- when until_at was brought forward by hand
    CHECK (site_id IS NULL OR study_id IS NOT NULL),
    CHECK (until_at IS NULL OR until_at >= from_at)
);
CREATE INDEX role_grant_by_user ON role_grant (user_id);
CREATE INDEX role_grant_by_study ON role_grant (study_id);

-- Only the hash of a session's token is here: who reads this table cannot sign in with it.
CREATE TABLE session (
    id           TEXT PRIMARY KEY NOT NULL,
    token_hash   TEXT NOT NULL UNIQUE,
    user_id      TEXT NOT NULL REFERENCES user_account (id),
    created_at   BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    ended_at     BIGINT
);
CREATE INDEX session_by_user ON session (user_id);
CREATE INDEX session_by_expiry ON session (expires_at);

-- Attempts to sign in that did not succeed, for as long as they count. The login is hashed,
-- because people type their password into the wrong field.
CREATE TABLE login_attempt (
    id         TEXT PRIMARY KEY NOT NULL,
    login_hash TEXT NOT NULL,
    address    TEXT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX login_attempt_by_login ON login_attempt (login_hash, at);
CREATE INDEX login_attempt_by_address ON login_attempt (address, at);
CREATE INDEX login_attempt_by_time ON login_attempt (at);

-- The report of a submission as it was made, and what became of the mail that tells of it.
CREATE TABLE report (
    submission TEXT PRIMARY KEY NOT NULL,
    digest     TEXT NOT NULL,             -- SHA-256 of the body
    body       BYTEA NOT NULL,            -- PDF
    made_at    BIGINT NOT NULL
);

-- One row for each attempt at which a mail server was asked; the mail's Message-ID is the same at each.
CREATE TABLE report_mail (
    submission TEXT NOT NULL REFERENCES report (submission),
    attempt    BIGINT NOT NULL,
    message_id TEXT NOT NULL,
    fate       TEXT NOT NULL CHECK (fate IN ('sent', 'refused', 'try-later', 'unknown')),
    reply      TEXT NOT NULL,             -- the server's last word, or why there is none
    at         BIGINT NOT NULL,
    PRIMARY KEY (submission, attempt)
);

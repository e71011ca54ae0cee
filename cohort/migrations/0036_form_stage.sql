-- How each accepted write went through receive, validate, store and archive: when each stage was
-- done and how long it took. `archived_at` is empty while a form is a draft.
CREATE TABLE form_stage (
    form_id      TEXT NOT NULL REFERENCES form_instance (id),
    version      BIGINT NOT NULL,
    received_at  BIGINT NOT NULL,
    receive_us   BIGINT NOT NULL,
    validated_at BIGINT NOT NULL,
    validate_us  BIGINT NOT NULL,
    stored_at    BIGINT NOT NULL,
    store_us     BIGINT NOT NULL,
    archived_at  BIGINT,
    archive_us   BIGINT,
    PRIMARY KEY (form_id, version)
);

-- The completed versions of a form, each with the SHA-256 of its canonical text. Rows are added,
-- never changed.
CREATE TABLE form_archive (
    form_id     TEXT NOT NULL REFERENCES form_instance (id),
    version     BIGINT NOT NULL,
    archived_at BIGINT NOT NULL,
    archived_by TEXT NOT NULL,
    digest      TEXT NOT NULL,
    document    TEXT NOT NULL,
    PRIMARY KEY (form_id, version)
);

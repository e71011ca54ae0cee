-- Whom a site of a study lets know of reports: one address, or nobody while it is empty. The mails name no patient.
CREATE TABLE report_address (
    study_id   TEXT NOT NULL,
    site_id    TEXT NOT NULL REFERENCES site (id),
    address    TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    PRIMARY KEY (study_id, site_id)
);

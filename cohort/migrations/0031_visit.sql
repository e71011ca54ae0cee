-- Visits at which something was recorded. Planned visits are not stored: they follow from the
-- study's definition and the day of enrolment.
CREATE TABLE visit (
    subject_id   TEXT NOT NULL REFERENCES subject (id),
    event_oid    TEXT NOT NULL,
    event_repeat TEXT NOT NULL,
    position     BIGINT NOT NULL,
    extra        TEXT NOT NULL,
    PRIMARY KEY (subject_id, event_oid, event_repeat)
);

-- What other slices may join with: who is in which study, where and since when.
CREATE VIEW enrolled_subject AS
SELECT id, study_id, site_id, key, enrolled_on, position FROM subject;

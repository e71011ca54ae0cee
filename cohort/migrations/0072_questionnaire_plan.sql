-- Which questionnaire is to be answered when and by whom. Windows are not stored: they follow from the plan, a subject's
-- start and the clocks of the site. A plan never changes; it ends, and another one begins.
CREATE TABLE questionnaire_plan (
    id           TEXT PRIMARY KEY NOT NULL,
    study_id     TEXT NOT NULL,
    url          TEXT NOT NULL,              -- the questionnaire; of its versions the one in force is given
    name         TEXT NOT NULL,
    applies_to   TEXT NOT NULL CHECK (applies_to IN ('all', 'assigned')),
    first_day    BIGINT NOT NULL,            -- days after the start: enrolment, or the assignment's day
    every_days   BIGINT NOT NULL,
    times        BIGINT NOT NULL,
    opens_minute BIGINT NOT NULL,            -- of the day, by the site's clocks
    due_minute   BIGINT NOT NULL,
    due_days     BIGINT NOT NULL,
    late_days    BIGINT NOT NULL,
    shows_scores BIGINT NOT NULL,            -- 1: the patient sees the scores
    created_at   BIGINT NOT NULL,
    created_by   TEXT NOT NULL,
    ended_at     BIGINT
);
CREATE INDEX questionnaire_plan_by_study ON questionnaire_plan (study_id);

CREATE TABLE questionnaire_assignment (
    plan_id     TEXT NOT NULL REFERENCES questionnaire_plan (id),
    subject_id  TEXT NOT NULL REFERENCES subject (id),
    starts_on   TEXT NOT NULL,
    assigned_at BIGINT NOT NULL,
    assigned_by TEXT NOT NULL,
    ended_at    BIGINT,
    PRIMARY KEY (plan_id, subject_id)
);
CREATE INDEX questionnaire_assignment_by_subject ON questionnaire_assignment (subject_id);

-- While a study's questionnaires rest, patients are asked nothing and nothing is taken.
CREATE TABLE questionnaire_pause (
    study_id   TEXT NOT NULL,
    from_at    BIGINT NOT NULL,
    reason     TEXT NOT NULL,
    paused_by  TEXT NOT NULL,
    until_at   BIGINT,
    resumed_by TEXT,
    PRIMARY KEY (study_id, from_at)
);

-- The day that a window's plan is counted from stays with its answers, so that rates of response are counted from an index alone.
ALTER TABLE patient_response ADD COLUMN starts_on TEXT NOT NULL DEFAULT '';
UPDATE patient_response SET starts_on = COALESCE(
    (SELECT starts_on FROM questionnaire_assignment
     WHERE plan_id = patient_response.plan_id AND subject_id = patient_response.subject_id),
    (SELECT enrolled_on FROM subject WHERE id = patient_response.subject_id),
    '');
CREATE INDEX patient_response_by_window ON patient_response (plan_id, number, site_id, starts_on, is_late);
CREATE INDEX subject_by_start ON subject (study_id, site_id, enrolled_on);

// SPDX-License-Identifier: Apache-2.0
// The English texts about what patients submit.
export const enResponses = {
  responses: {
    title: "Patient's answers",
    one: "Submission",
    empty: "Nothing submitted yet",
    emptyHint: "What the patient submits appears here, with its scores and its report.",
    late: "(late)",
    version: "Version {{version}}",
    raised: "Somebody was called: {{rules}}",
    scores: "Scores",
    noScores: "This questionnaire has no scores.",
    noValue: "not computed",
    alerts: "Alerts",
    noAlerts: "No answer called anybody.",
    taken: "taken care of:",
    open: "nobody has taken care of it yet",
    report: "Report",
    reportWaits: "The report is being made. It appears here by itself.",
    fetch: "Fetch the report (PDF)",
    fetchHint: "Each time is recorded in the audit trail.",
    madeAt: "Made",
    digest: "Digest (SHA-256)",
    mails: "Mail to the study's doctor",
    noMail: "Nobody has been told.",
  },
  fate: {
    sent: "Taken by the mail server",
    refused: "Refused by the mail server",
    "try-later": "Not taken yet",
    unknown: "Nobody knows whether it arrived",
  },
};

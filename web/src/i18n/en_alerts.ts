// SPDX-License-Identifier: Apache-2.0
// The English texts about answers that somebody has to look at.
export const enAlerts = {
  alerts: {
    title: "Alerts",
    lead_one: "{{count}} alert that nobody has taken care of",
    lead_other: "{{count}} alerts that nobody has taken care of",
    leadFull: "The {{count}} alerts that have waited longest; there may be more",
    hint: "A patient has answered something dangerous. Look at the answers, act, and say what you have done. The oldest come first.",
    empty: "Nobody has to be called",
    emptyHint: "What patients answer appears here within seconds, should it be dangerous.",
    raised: "Raised",
    overdue: "Overdue: open for more than half an hour",
    look: "Look at the answers",
    subject: "The subject",
    take: "Take care of it",
    takeAt: "Take care of it: {{rule}}, {{site}}",
    dialog: "Take care of “{{rule}}”",
    dialogHint: "Your name, the time and these words are kept with the alert, for good.",
    note: "What have you done?",
    save: "Keep it",
    gone: "Somebody else has taken care of it already.",
    noRight: "Your role may not see what patients answer",
    noRightHint: "Alerts come from answers. Ask whoever gives out roles in this study.",
  },
};

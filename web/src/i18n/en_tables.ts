// SPDX-License-Identifier: Apache-2.0
// The English texts about tables for analysis.
export const enTables = {
  tables: {
    title: "Tables for analysis",
    lead_one: "{{made}} of {{count}} site has tables",
    lead_other: "{{made}} of {{count}} sites have tables",
    nothingYet: "No site has tables yet",
    noRight: "Your role may not export",
    noRightHint: "Tables for analysis are for those who may export the study or a site of it.",
    noSite: "No site takes part yet",
    noSiteHint: "Tables are made of each site that takes part in the study.",
    start: "Make the tables now",
    run: "The last run",
    noSchedule: "The tables are made only when somebody asks for them.",
    files: "Tables of the sites",
    filesHint:
      "CSV and SQL, with where each value came from. What was left out, and why, is in problems.csv. Each download is recorded in the audit trail.",
    site: "Site",
    made: "Made",
    older: "by an earlier run",
    forms: "Completed forms",
    responses: "Patients' answers",
    rows: "Rows of groups",
    values: "Values",
    leftOut: "{{number}} left out",
    open: "{{number}} not completed",
    fetch: "Download",
    fetchOf: "Download: {{site}}",
    notMade: "No tables yet",
  },
};

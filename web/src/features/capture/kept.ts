// SPDX-License-Identifier: Apache-2.0
// Where a form's unsaved values are kept on this computer: one entry for each account and form.

const prefix = (user: string): string => `cohort.draft.${user}.`;

export const keptDraftKey = (user: string, form: string): string => `${prefix(user)}${form}`;

export function hasKeptDrafts(user: string): boolean {
  return Object.keys(localStorage).some((key) => key.startsWith(prefix(user)));
}

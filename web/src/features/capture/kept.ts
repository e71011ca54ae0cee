// SPDX-License-Identifier: Apache-2.0
// Where a form's unsaved values are kept on this computer: one entry for each account and place of
// a form, so that it is found again whether or not the form had been begun.
import type { FormPlace } from "@/api";
import type { Attempt, DraftOptions, Edit } from "./draft_types";

const prefix = (user: string): string => `cohort.draft.${user}.`;

export const placeKey = ({ subject, event, event_repeat, form, form_repeat }: FormPlace): string =>
  [subject, event, event_repeat, form, form_repeat].map(encodeURIComponent).join("/");

export const keptDraftKey = (user: string, place: FormPlace): string =>
  `${prefix(user)}${placeKey(place)}`;

export function hasKeptDrafts(user: string): boolean {
  return Object.keys(localStorage).some((key) => key.startsWith(prefix(user)));
}

export interface Kept {
  edits: Edit[];
  attempt: Attempt | null;
}

type Where = Pick<DraftOptions, "storage" | "storageKey">;

export function keep({ storage, storageKey }: Where, kept: Kept): void {
  try {
    if (kept.edits.length === 0) storage.removeItem(storageKey);
    else storage.setItem(storageKey, JSON.stringify(kept));
  } catch {
    // A full or forbidden local store takes away the second copy only; the page still has the first.
  }
}

export function readKept({ storage, storageKey }: Where): Kept {
  const nothing: Kept = { edits: [], attempt: null };
  try {
    const text = storage.getItem(storageKey);
    const kept = text === null ? nothing : (JSON.parse(text) as Kept);
    return Array.isArray(kept.edits) ? { ...nothing, ...kept } : nothing;
  } catch {
    return nothing;
  }
}

// SPDX-License-Identifier: Apache-2.0
import type { Conflict, FormDocument, FormPatch, ItemAddress, ItemValue, Problem } from "@/api";

export interface Value {
  raw: string;
  unit: string | null;
  missing: string | null;
}

export interface Edit extends ItemAddress, Value {
  base_version: number;
  /** What the person saw when they began, for the merge view. */
  before: string;
  reason?: string;
}

/** A save that was sent; without an answer it is sent again, word for word and under its key. */
export interface Attempt {
  key: string;
  patch: FormPatch;
  edits: Edit[];
}

export type SaveState =
  | { kind: "saved"; at: number | null }
  | { kind: "waiting"; count: number }
  | { kind: "saving"; count: number }
  | { kind: "needs_reason"; count: number }
  | { kind: "conflict"; conflicts: Conflict[] }
  | { kind: "failed"; count: number; problem: Problem; retryAt: number | null }
  | { kind: "offline"; count: number };

export interface Snapshot {
  document: FormDocument;
  edits: ReadonlyMap<string, Edit>;
  save: SaveState;
  /** Items another person changed while this page had the form open. */
  changedByOthers: ReadonlySet<string>;
  restored: number;
}

export interface DraftOptions {
  document: FormDocument;
  /** Makes the form; asked once, before the first save of a form that nobody has begun. */
  open?: (key: string) => Promise<FormDocument>;
  send: (form: string, patch: FormPatch, key: string) => Promise<FormDocument>;
  /** Reads the form again, so that whoever stands against an edit has a name. */
  read?: (form: string) => Promise<FormDocument>;
  /** Whether a group repeats: a new row of such a group is announced with its first value. */
  repeats: (group: string) => boolean;
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  storageKey: string;
  /** The id of the person who types. */
  me: string;
  now?: () => number;
  online?: () => boolean;
}

/** Whether an edit says what the server holds. */
export const saysTheSame = (edit: Value, value: ItemValue | undefined): boolean =>
  edit.raw === (value?.raw ?? "") &&
  (edit.unit ?? "") === (value?.unit ?? "") &&
  (edit.missing ?? "") === (value?.missing ?? "");

// SPDX-License-Identifier: Apache-2.0
// From edits to what is sent, and the keys of rows on the way. Pure.
import type { Change, Conflict, FormPatch, Row, RowAddition } from "@/api";
import { itemKey } from "@/study/model";
import type { Edit } from "./draft_types";

export const conflictKey = (conflict: Conflict): string | undefined =>
  conflict.item === undefined ? undefined : itemKey({ ...conflict, item: conflict.item });

/** A key that no row of the group has had, by number; keys are never used again. */
export function nextRepeat(group: string, rows: readonly Row[], others: Iterable<string>): string {
  const used = rows.filter((row) => row.group === group).map((row) => row.repeat);
  return String(Math.max(0, ...[...used, ...others].map((key) => Number(key) || 0)) + 1);
}

const changeOf = ({
  group,
  repeat,
  item,
  raw,
  base_version,
  unit,
  missing,
  reason,
}: Edit): Change => ({
  group,
  repeat,
  item,
  raw,
  base_version,
  ...(unit ? { unit } : {}),
  ...(missing ? { missing } : {}),
  ...(reason ? { reason } : {}),
});

/** The rows of repeating groups that the edits begin. */
function additionsFor(
  edits: readonly Edit[],
  rows: readonly Row[],
  repeats: (group: string) => boolean,
): RowAddition[] {
  const known = new Set(rows.map((row) => `${row.group}/${row.repeat}`));
  const additions: RowAddition[] = [];
  for (const { group, repeat, reason } of edits) {
    if (!repeats(group) || known.has(`${group}/${repeat}`)) continue;
    known.add(`${group}/${repeat}`);
    additions.push({ group, repeat, ...(reason ? { reason } : {}) });
  }
  return additions;
}

export function patchOf(
  edits: readonly Edit[],
  rows: readonly Row[],
  repeats: (group: string) => boolean,
): FormPatch {
  const additions = additionsFor(edits, rows, repeats);
  return { changes: edits.map(changeOf), ...(additions.length > 0 ? { additions } : {}) };
}

/** Somebody else began a row under the same key: both rows stand, ours under the next key. */
export function rekeyed(
  edits: readonly Edit[],
  rows: readonly Row[],
  { group, repeat }: { group: string; repeat: string },
): Map<string, Edit> {
  const used = edits.filter((edit) => edit.group === group).map((edit) => edit.repeat);
  const next = nextRepeat(group, rows, [repeat, ...used]);
  return new Map(
    edits.map((edit) => {
      const isOurs = edit.group === group && edit.repeat === repeat;
      const moved = isOurs ? { ...edit, repeat: next } : edit;
      return [itemKey(moved), moved];
    }),
  );
}

// SPDX-License-Identifier: Apache-2.0
// The rows and fields of one form, from its definition and from what is saved and typed.
import type { Finding, ItemAddress, Text } from "@/api";
import type { PlacedGroup, PlacedItem, StudyModel } from "@/study/model";
import { itemKey } from "@/study/model";
import { checkValue, type LocalFinding } from "./checks";
import type { FormDraft } from "./draft";
import { nextRepeat } from "./draft_patch";
import type { Snapshot } from "./draft_types";

export interface Field {
  address: ItemAddress;
  key: string;
  placed: PlacedItem;
}

export interface GroupRow {
  repeat: string;
  fields: Field[];
}

export interface GroupView {
  group: PlacedGroup;
  rows: GroupRow[];
  nextRepeat: string;
}

/** Entries that a person has just added and not filled in yet, by group. */
export type AddedRows = ReadonlyMap<string, readonly string[]>;

export function layOut(groups: PlacedGroup[], snapshot: Snapshot, added: AddedRows): GroupView[] {
  const rows = snapshot.document.rows;
  return groups.map((group) => {
    const oid = group.def.oid;
    const own = rows.filter((row) => row.group === oid);
    const removed = new Set(own.filter((row) => row.removed).map((row) => row.repeat));
    const typed = [...snapshot.edits.values()].filter((edit) => edit.group === oid);
    const begun = [...typed.map((edit) => edit.repeat), ...(added.get(oid) ?? [])];
    const repeats = new Set(
      [...own.map((row) => row.repeat), ...begun].filter((repeat) => !removed.has(repeat)),
    );
    if (!group.def.repeating && repeats.size === 0) repeats.add("1");
    return {
      group,
      rows: [...repeats]
        .sort((a, b) => (Number(a) || 0) - (Number(b) || 0))
        .map((repeat) => ({
          repeat,
          fields: group.items.map((placed) => {
            const address = { group: oid, repeat, item: placed.def.oid };
            return { address, key: itemKey(address), placed };
          }),
        })),
      nextRepeat: nextRepeat(oid, rows, begun),
    };
  });
}

/** Mandatory items without a value or a reason, where the form asks for them. */
export function missingFields(groups: GroupView[], draft: FormDraft): Field[] {
  return groups.flatMap(({ group, rows }) =>
    rows.flatMap(({ fields }) => {
      const isEmpty = ({ address }: Field): boolean => {
        const { raw, missing } = draft.valueOf(address);
        return raw === "" && !missing;
      };
      const isAsked =
        fields.some((field) => !isEmpty(field)) || (group.mandatory && !group.def.repeating);
      return isAsked ? fields.filter((field) => field.placed.mandatory && isEmpty(field)) : [];
    }),
  );
}

export interface ShownFinding {
  key: string;
  severity: "soft" | "hard";
  check: string;
  /** From the server or the definition; otherwise `local` says what is wrong. */
  message?: Text;
  local?: LocalFinding;
  /** A person has said that the unusual value is right. */
  acknowledged: boolean;
}

const ofServer = (finding: Finding): ShownFinding => ({
  key: finding.check,
  severity: finding.severity,
  check: finding.check,
  message: finding.message,
  acknowledged: finding.acknowledged === true,
});

/**
 * What is wrong with a field. While it is being edited this page checks it by the same rules as the
 * server; once saved, the server's findings are shown.
 */
export function findingsOf(
  field: Field,
  model: StudyModel,
  draft: FormDraft,
  snapshot: Snapshot,
): ShownFinding[] {
  const saved = draft.saved(field.address);
  const { raw, unit } = draft.valueOf(field.address);
  const item = field.placed.def;
  const isSaved = saved !== undefined && !snapshot.edits.has(field.key);
  const held = new Map((isSaved ? saved.findings : []).map((finding) => [finding.check, finding]));
  const local = checkValue(item, model.codeList(item.code_list), raw, unit ?? "").map(
    (finding): ShownFinding => ({
      key: finding.check,
      severity: finding.severity,
      check: finding.check,
      ...(finding.message ? { message: finding.message } : {}),
      local: finding,
      acknowledged: held.get(finding.check)?.acknowledged === true,
    }),
  );
  if (!isSaved) return local;
  // The page's own sentence is in the reader's language; the server may know more than the page.
  const own = new Set(local.map((finding) => finding.check));
  return [...local, ...saved.findings.filter(({ check }) => !own.has(check)).map(ofServer)];
}

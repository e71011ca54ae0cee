// SPDX-License-Identifier: Apache-2.0
// Saving and completing forms in the mock, by the rules of the real server.
import { createHash } from "node:crypto";
import type {
  Change,
  Conflict,
  FormPatch,
  ItemValue,
  ProblemError,
  Stage,
} from "../../src/api/schema";
import { checkValue } from "../../src/features/capture/checks";
import { studyModel, type StudyModel } from "../../src/study/model";
import { accounts, type Account, type StoredForm, type World } from "./world";

export interface Refusal {
  status: number;
  code: string;
  detail: string;
  errors?: ProblemError[];
  conflicts?: Conflict[];
}

const models = new WeakMap<World, StudyModel>();
function modelOf(world: World): StudyModel {
  const model = models.get(world) ?? studyModel(world.definition);
  models.set(world, model);
  return model;
}

/** Which row a wish means; the only one without a word. */
const rowOf = ({ repeat }: { repeat?: string | number | null }): string => String(repeat ?? "1");

const find = (form: StoredForm, change: Pick<Change, "group" | "repeat" | "item">) =>
  form.items.find(
    (item) =>
      item.group === change.group && item.repeat === rowOf(change) && item.item === change.item,
  );

function conflictOf(form: StoredForm, change: Change): Conflict | undefined {
  const item = find(form, change);
  if ((item?.version ?? 0) === change.base_version || !item || item.raw === change.raw) {
    return undefined;
  }
  const { group, repeat, raw, unit, missing, by, at, version } = item;
  return { group, repeat, item: item.item, theirs: { raw, unit, missing, by, at, version } };
}

const stage = (name: Stage["stage"], at: string, ms: number): Stage => ({ stage: name, at, ms });

const note = (world: World, form: StoredForm, who: Account, part: object, action: string): void => {
  form.history.push(
    world.record({
      who: who.name,
      who_id: who.id,
      role: who.role,
      action,
      subject: form.subject.key,
      event: form.event.oid,
      form: form.form.oid,
      ...part,
    }),
  );
};

export function patch(
  world: World,
  form: StoredForm,
  wish: FormPatch,
  who: Account,
  at: string,
): Refusal | undefined {
  const changes = wish.changes ?? [];
  const needsReason = form.state === "complete" && changes.some((change) => !change.reason);
  if (needsReason) {
    return { status: 422, code: "reason-required", detail: "A complete form needs a reason." };
  }
  const conflicts = changes.flatMap((change) => conflictOf(form, change) ?? []);
  if (conflicts.length > 0) {
    return { status: 412, code: "item-changed", detail: "An item has changed.", conflicts };
  }
  const row = (group: string, repeat: string) =>
    form.rows.find((entry) => entry.group === group && entry.repeat === repeat);
  for (const addition of wish.additions ?? []) {
    const { group } = addition;
    const repeat = rowOf(addition);
    form.rows.push({ group, repeat, version: 0 });
    note(world, form, who, { group, repeat }, "form.row.added");
  }
  for (const change of changes) apply(world, form, change, who, at);
  for (const removal of wish.removals ?? []) {
    const repeat = rowOf(removal);
    const gone = row(removal.group, repeat);
    if (!gone) continue;
    gone.removed = { by: who.id, at, reason: removal.reason };
    form.items = form.items.filter(
      (item) => item.group !== removal.group || item.repeat !== repeat,
    );
    const { group, reason } = removal;
    note(world, form, who, { group, repeat, reason }, "form.row.removed");
  }
  form.version += 1;
  form.state = "in_progress";
  form.stages = [stage("received", at, 0.4), stage("validated", at, 0.2), stage("stored", at, 2.7)];
  return undefined;
}

function apply(world: World, form: StoredForm, change: Change, who: Account, at: string): void {
  const model = modelOf(world);
  const def = model.item(change.item);
  const old = find(form, change);
  const repeat = rowOf(change);
  const next: ItemValue = {
    group: change.group,
    repeat,
    item: change.item,
    raw: change.raw,
    unit: change.unit ?? undefined,
    missing: change.missing ?? undefined,
    by: who.id,
    at,
    version: (old?.version ?? 0) + 1,
    findings: def
      ? checkValue(def, model.codeList(def.code_list), change.raw, change.unit ?? "").map(
          ({ check, severity, message }) => ({ check, severity, message: message ?? {} }),
        )
      : [],
  };
  if (old) form.items.splice(form.items.indexOf(old), 1, next);
  else form.items.push(next);
  const known = form.rows.find((row) => row.group === change.group && row.repeat === repeat);
  if (known) known.version += 1;
  else form.rows.push({ group: change.group, repeat, version: 1 });
  const shown = (value: { raw: string; missing?: string | null }): string =>
    value.missing ? `[${value.missing}]` : value.raw;
  const { group, item, reason } = change;
  const part = { group, repeat, item, reason, new: shown(next), new_unit: next.unit };
  note(
    world,
    form,
    who,
    old ? { ...part, old: shown(old), old_unit: old.unit } : part,
    "form.item.changed",
  );
}

export function complete(
  world: World,
  form: StoredForm,
  version: number,
  acknowledged: string[],
  who: Account,
  at: string,
): Refusal | undefined {
  if (version !== form.version) {
    return { status: 412, code: "stale-version", detail: "The form has changed." };
  }
  const errors: ProblemError[] = [];
  for (const group of modelOf(world).groupsOf(form.form.oid)) {
    const repeats = form.rows
      .filter((row) => row.group === group.def.oid && !row.removed)
      .map((row) => row.repeat);
    if (repeats.length === 0 && group.mandatory && !group.def.repeating) repeats.push("1");
    for (const repeat of repeats) {
      for (const placed of group.items) {
        const address = { group: group.def.oid, repeat, item: placed.def.oid };
        const pointer = `/items/${address.group}/${repeat}/${address.item}`;
        const item = find(form, address);
        if (placed.mandatory && !item?.raw && !item?.missing) {
          errors.push({ pointer, code: "mandatory", message: "This item needs a value." });
        }
        const refuse = (code: string) => errors.push({ pointer, code, message: "Look again." });
        for (const finding of item?.findings ?? []) {
          const name = `${address.group}/${repeat}/${address.item}/${finding.check}`;
          if (finding.severity === "soft" && acknowledged.includes(name))
            finding.acknowledged = true;
          else if (finding.severity === "hard") refuse(finding.check);
          else if (!finding.acknowledged) refuse("soft-check");
        }
      }
    }
  }
  if (errors.length > 0) {
    return { status: 422, code: "not-complete", detail: "The form is not complete.", errors };
  }
  form.state = "complete";
  form.version += 1;
  const digest = createHash("sha256").update(JSON.stringify(form.items)).digest("hex");
  form.archive = { version: form.version, digest, at, by: who.id };
  form.stages = [...form.stages, stage("archived", at, 1.1)];
  note(world, form, who, {}, "form.completed");
  return undefined;
}

export const byLogin = (login: string): Account | undefined =>
  accounts.find((account) => account.login === login);

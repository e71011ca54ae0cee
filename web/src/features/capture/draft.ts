// SPDX-License-Identifier: Apache-2.0
// What a person has typed and the server does not hold yet.
//
// Invariants: an edit leaves this store only when the server's document holds its value, or the
// person chose another value in a merge, or discarded it. At most one save is under way; what is
// typed meanwhile waits for the next. Every edit is also in `storage`, so a crashed browser loses
// at most the item in hand.
import {
  asProblem,
  type Change,
  type Conflict,
  type FormDocument,
  type FormPatch,
  type ItemAddress,
  type ItemValue,
  type Problem,
  type Row,
  type RowAddition,
} from "@/api";
import { itemKey } from "@/study/model";

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
  send: (patch: FormPatch) => Promise<FormDocument>;
  /** Whether a group repeats: a new row of such a group is announced with its first value. */
  repeats: (group: string) => boolean;
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  storageKey: string;
  /** The id of the person who types. */
  me: string;
  now?: () => number;
  online?: () => boolean;
}

/** Longest time an edit waits before it is sent, counted from the first key that is not saved. */
export const autosaveAfterMs = 4_000;
const firstRetryMs = 5_000;
const longestRetryMs = 60_000;

const keyOf = (conflict: Conflict): string | undefined =>
  conflict.item === undefined ? undefined : itemKey({ ...conflict, item: conflict.item });

/** A key that no row of the group has had, by number; keys are never used again. */
export function nextRepeat(group: string, rows: readonly Row[], others: Iterable<string>): string {
  const used = rows.filter((row) => row.group === group).map((row) => row.repeat);
  return String(Math.max(0, ...[...used, ...others].map((key) => Number(key) || 0)) + 1);
}

const same = (edit: Value, value: ItemValue | undefined): boolean =>
  edit.raw === (value?.raw ?? "") &&
  (edit.unit ?? "") === (value?.unit ?? "") &&
  (edit.missing ?? "") === (value?.missing ?? "");

export class FormDraft {
  private readonly options: Required<DraftOptions>;
  private readonly listeners = new Set<() => void>();
  private values = new Map<string, ItemValue>();
  private edits = new Map<string, Edit>();
  private document: FormDocument;
  private conflicts: Conflict[] = [];
  private failure: { problem: Problem; retryAt: number | null } | null = null;
  private changedByOthers = new Set<string>();
  private restored = 0;
  private saving: Promise<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private timerAt: number | null = null;
  private retries = 0;
  private savedAt: number | null = null;
  private closed = false;
  private snapshot: Snapshot;

  constructor(options: DraftOptions) {
    this.options = { now: Date.now, online: () => navigator.onLine, ...options };
    this.document = options.document;
    this.values = this.index(options.document);
    this.savedAt = this.lastSave(options.document);
    this.restore();
    this.snapshot = this.build();
    if (this.edits.size > 0) this.schedule(0);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getSnapshot = (): Snapshot => this.snapshot;

  valueOf(address: ItemAddress): Value & { version: number } {
    const saved = this.values.get(itemKey(address));
    const edit = this.edits.get(itemKey(address));
    return {
      raw: edit?.raw ?? saved?.raw ?? "",
      unit: edit ? edit.unit : (saved?.unit ?? null),
      missing: edit ? edit.missing : (saved?.missing ?? null),
      version: saved?.version ?? 0,
    };
  }

  saved(address: ItemAddress): ItemValue | undefined {
    return this.values.get(itemKey(address));
  }

  /** Takes a keystroke; it is sent on blur(), flush() or some seconds after the last one. */
  edit(address: ItemAddress, part: Partial<Value>, reason?: string): void {
    const key = itemKey(address);
    const saved = this.values.get(key);
    const old = this.edits.get(key);
    const { raw, unit, missing } = { ...this.valueOf(address), ...part };
    const next: Edit = {
      group: address.group,
      repeat: address.repeat,
      item: address.item,
      raw,
      unit,
      missing,
      base_version: old?.base_version ?? saved?.version ?? 0,
      before: old?.before ?? saved?.raw ?? "",
    };
    const why = reason ?? old?.reason;
    if (why) next.reason = why;
    if (same(next, saved) && !this.conflictOn(key)) this.edits.delete(key);
    else this.edits.set(key, next);
    this.keep();
    if (this.failure && !this.failure.problem.passing) this.failure = null;
    if (!this.failure) this.schedule(autosaveAfterMs);
    this.publish();
  }

  /** Gives the reason a complete form's changes wait for, and sends them. */
  giveReason(reason: string): Promise<void> {
    for (const [key, edit] of this.edits) {
      if (!edit.reason) this.edits.set(key, { ...edit, reason });
    }
    this.keep();
    return this.flush();
  }

  /** Sends what is waiting, unless it must wait for a person. Resolves when the try is over. */
  async flush(): Promise<void> {
    while (this.saving) await this.saving;
    this.unschedule();
    const batch = this.sendable();
    if (batch.length === 0 || this.closed) {
      this.publish();
      return;
    }
    this.saving = this.send(batch).finally(() => {
      this.saving = null;
      this.publish();
    });
    this.publish();
    await this.saving;
  }

  /** Takes a newer document, for example one fetched because another person saved. */
  take(document: FormDocument): void {
    if (document.version < this.document.version) return;
    const fresh = this.index(document);
    for (const [key, value] of fresh) {
      const known = this.values.get(key);
      if (value.version === (known?.version ?? 0)) continue;
      if (value.by === this.options.me) this.changedByOthers.delete(key);
      else this.changedByOthers.add(key);
    }
    this.document = document;
    this.values = fresh;
    for (const [key, edit] of this.edits) if (same(edit, fresh.get(key))) this.edits.delete(key);
    this.savedAt = Math.max(this.savedAt ?? 0, this.lastSave(document) ?? 0) || null;
    this.keep();
    this.publish();
  }

  /** Ends a conflict: `mine` keeps the edit on top of theirs, otherwise theirs stands. */
  resolve(choices: ReadonlyMap<string, "mine" | "theirs">): Promise<void> {
    for (const conflict of this.conflicts) {
      const key = keyOf(conflict);
      const edit = key === undefined ? undefined : this.edits.get(key);
      if (key === undefined || !edit) continue;
      if (choices.get(key) === "mine" && !conflict.theirs.removed) {
        this.edits.set(key, { ...edit, base_version: conflict.theirs.version ?? 0 });
      } else {
        this.edits.delete(key);
      }
    }
    this.conflicts = [];
    this.keep();
    return this.flush();
  }

  /** Strikes a row out at once; resolves with what went wrong, having changed nothing then. */
  async removeRow(group: string, repeat: string, reason: string): Promise<Problem | null> {
    while (this.saving) await this.saving;
    const row = this.document.rows.find((one) => one.group === group && one.repeat === repeat);
    let problem: Problem | null = null;
    const strike = async (): Promise<void> => {
      if (row && !row.removed) {
        const removal = { group, repeat, base_version: row.version, reason };
        this.take(await this.options.send({ removals: [removal] }));
        this.savedAt = this.options.now();
      }
      for (const [key, edit] of this.edits) {
        if (edit.group === group && edit.repeat === repeat) this.edits.delete(key);
      }
      this.keep();
    };
    this.saving = strike()
      .catch((error: unknown) => {
        problem = asProblem(error);
      })
      .finally(() => {
        this.saving = null;
        this.publish();
      });
    this.publish();
    await this.saving;
    return problem;
  }

  discard(): void {
    this.edits.clear();
    this.conflicts = [];
    this.failure = null;
    this.keep();
    this.publish();
  }

  lineChanged(): void {
    this.publish();
    if (this.options.online() && this.edits.size > 0) void this.flush();
  }

  /** Undoes close(): a page that React draws twice opens its draft twice. */
  reopen(): void {
    this.closed = false;
    if (this.edits.size > 0) this.schedule(0);
  }

  close(): void {
    this.closed = true;
    this.unschedule();
  }

  private async send(batch: Edit[]): Promise<void> {
    const changes = batch.map(
      ({ group, repeat, item, raw, base_version, unit, missing, reason }): Change => ({
        group,
        repeat,
        item,
        raw,
        base_version,
        ...(unit ? { unit } : {}),
        ...(missing ? { missing } : {}),
        ...(reason ? { reason } : {}),
      }),
    );
    try {
      const additions = this.additionsFor(batch);
      const document = await this.options.send({
        changes,
        ...(additions.length > 0 ? { additions } : {}),
      });
      this.failure = null;
      this.retries = 0;
      this.take(document);
      for (const sent of batch) this.settle(sent);
      this.keep();
      this.savedAt = this.options.now();
      if (this.sendable().length > 0) this.schedule(autosaveAfterMs);
    } catch (error) {
      this.fail(asProblem(error));
    }
  }

  /** The rows of repeating groups that `batch` begins. */
  private additionsFor(batch: Edit[]): RowAddition[] {
    const known = new Set(this.document.rows.map((row) => `${row.group}/${row.repeat}`));
    const additions: RowAddition[] = [];
    for (const { group, repeat, reason } of batch) {
      if (!this.options.repeats(group) || known.has(`${group}/${repeat}`)) continue;
      known.add(`${group}/${repeat}`);
      additions.push({ group, repeat, ...(reason ? { reason } : {}) });
    }
    return additions;
  }

  /** Somebody else began a row under the same key: both rows stand, ours under the next key. */
  private rekey(group: string, repeat: string): void {
    const used = [...this.edits.values()].filter((edit) => edit.group === group);
    const next = nextRepeat(group, this.document.rows, [
      repeat,
      ...used.map((edit) => edit.repeat),
    ]);
    this.edits = new Map(
      [...this.edits.values()].map((edit) => {
        const isOurs = edit.group === group && edit.repeat === repeat;
        const moved = isOurs ? { ...edit, repeat: next } : edit;
        return [itemKey(moved), moved];
      }),
    );
  }

  /** The server holds `sent`; a newer edit of the same item now stands on it. */
  private settle(sent: Edit): void {
    const key = itemKey(sent);
    const current = this.edits.get(key);
    if (!current) return;
    const unchanged =
      current.raw === sent.raw && current.unit === sent.unit && current.missing === sent.missing;
    const version = this.values.get(key)?.version ?? sent.base_version;
    if (unchanged) this.edits.delete(key);
    else this.edits.set(key, { ...current, base_version: version });
  }

  private fail(problem: Problem): void {
    if (problem.code === "item-changed" && problem.conflicts.length > 0) {
      for (const conflict of problem.conflicts) {
        if (conflict.item === undefined) this.rekey(conflict.group, conflict.repeat);
      }
      this.conflicts = problem.conflicts.filter((conflict) => conflict.item !== undefined);
      this.failure = null;
      this.keep();
      // All or nothing: the edits nobody disputes were turned away too, so send them again.
      if (this.sendable().length > 0) this.schedule(0);
      return;
    }
    if (problem.code === "reason-required") {
      this.failure = null;
      this.document = { ...this.document, state: "complete" };
      return;
    }
    let retryAt: number | null = null;
    if (problem.passing || problem.status === 401) {
      const wait = Math.min(firstRetryMs * 2 ** this.retries, longestRetryMs);
      this.retries += 1;
      retryAt = this.options.now() + Math.max(wait, (problem.retryAfterSeconds ?? 0) * 1000);
      this.schedule(retryAt - this.options.now());
    }
    this.failure = { problem, retryAt };
  }

  private sendable(): Edit[] {
    const needsReason = this.document.state === "complete";
    return [...this.edits]
      .filter(([key, edit]) => !this.conflictOn(key) && (!needsReason || edit.reason))
      .map(([, edit]) => edit);
  }

  private conflictOn(key: string): boolean {
    return this.conflicts.some((conflict) => keyOf(conflict) === key);
  }

  /** An earlier appointment stands: typing on must not put off the save. */
  private schedule(afterMs: number): void {
    const at = this.options.now() + afterMs;
    if (this.closed || (this.timerAt !== null && this.timerAt <= at)) return;
    this.unschedule();
    this.timerAt = at;
    this.timer = setTimeout(() => void this.flush(), afterMs);
  }

  private unschedule(): void {
    clearTimeout(this.timer);
    this.timerAt = null;
  }

  private index(document: FormDocument): Map<string, ItemValue> {
    return new Map(document.items.map((item) => [itemKey(item), item]));
  }

  private lastSave(document: FormDocument): number | null {
    const times = document.items.map((item) => Date.parse(item.at)).filter((at) => at > 0);
    return times.length > 0 ? Math.max(...times) : null;
  }

  private keep(): void {
    const { storage, storageKey } = this.options;
    try {
      if (this.edits.size === 0) storage.removeItem(storageKey);
      else storage.setItem(storageKey, JSON.stringify([...this.edits.values()]));
    } catch {
      // A full or forbidden local store takes away the second copy only; the page still has the first.
    }
  }

  private restore(): void {
    try {
      const kept = this.options.storage.getItem(this.options.storageKey);
      for (const edit of kept ? (JSON.parse(kept) as Edit[]) : []) {
        if (!same(edit, this.values.get(itemKey(edit)))) this.edits.set(itemKey(edit), edit);
      }
    } catch {
      this.options.storage.removeItem(this.options.storageKey);
    }
    this.restored = this.edits.size;
  }

  private saveState(): SaveState {
    const count = this.edits.size;
    if (this.saving) return { kind: "saving", count };
    if (!this.options.online()) return { kind: "offline", count };
    if (this.conflicts.length > 0) return { kind: "conflict", conflicts: this.conflicts };
    if (this.failure && count > 0) return { kind: "failed", count, ...this.failure };
    if (count > 0 && this.document.state === "complete" && this.sendable().length < count) {
      return { kind: "needs_reason", count };
    }
    return count > 0 ? { kind: "waiting", count } : { kind: "saved", at: this.savedAt };
  }

  private build(): Snapshot {
    return {
      document: this.document,
      edits: new Map(this.edits),
      save: this.saveState(),
      changedByOthers: new Set(this.changedByOthers),
      restored: this.restored,
    };
  }

  private publish(): void {
    this.snapshot = this.build();
    this.listeners.forEach((listener) => listener());
  }
}

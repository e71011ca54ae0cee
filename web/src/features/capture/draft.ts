// SPDX-License-Identifier: Apache-2.0
// What a person has typed and the server does not hold yet.
//
// Invariants: an edit leaves this store only when the server's document holds its value, or the
// person chose another value in a merge, or discarded it. At most one save is under way; what is
// typed meanwhile waits for the next. A save without an answer is sent again as it was, under the
// same key, before anything newer: so nobody comes into conflict with an own lost save. Every edit is
// also in `storage`, so a crashed browser loses at most the item in hand.
import {
  asProblem,
  Intention,
  newIdempotencyKey,
  type Conflict,
  type FormDocument,
  type ItemAddress,
  type ItemValue,
  type Problem,
} from "@/api";
import { itemKey } from "@/study/model";
import { conflictKey, patchOf, rekeyed } from "./draft_patch";
import {
  saysTheSame,
  type Attempt,
  type DraftOptions,
  type Edit,
  type SaveState,
  type Snapshot,
  type Value,
} from "./draft_types";
import { keep, readKept } from "./kept";

/** Longest time an edit waits before it is sent, counted from the first key that is not saved. */
export const autosaveAfterMs = 4_000;
const firstRetryMs = 5_000;
const longestRetryMs = 60_000;

const indexOf = (document: FormDocument): Map<string, ItemValue> =>
  new Map(document.items.map((item) => [itemKey(item), item]));

function lastSave(document: FormDocument): number | null {
  const times = document.items.map((item) => Date.parse(item.at)).filter((at) => at > 0);
  return times.length > 0 ? Math.max(...times) : null;
}

export class FormDraft {
  private readonly options: DraftOptions;
  private readonly now: () => number;
  private readonly online: () => boolean;
  private readonly listeners = new Set<() => void>();
  private readonly openKey = newIdempotencyKey();
  private readonly striking = new Intention();
  private values: Map<string, ItemValue>;
  private edits = new Map<string, Edit>();
  private attempt: Attempt | null = null;
  private document: FormDocument;
  private conflicts: Conflict[] = [];
  private failure: { problem: Problem; retryAt: number | null } | null = null;
  private changedByOthers = new Set<string>();
  private restored = 0;
  private saving: Promise<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private timerAt: number | null = null;
  private retries = 0;
  private savedAt: number | null;
  private closed = false;
  private snapshot: Snapshot;

  constructor(options: DraftOptions) {
    this.options = options;
    this.now = options.now ?? Date.now;
    this.online = options.online ?? (() => navigator.onLine);
    this.document = options.document;
    this.values = indexOf(options.document);
    this.savedAt = lastSave(options.document);
    this.restore();
    this.snapshot = this.build();
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
  edit(address: ItemAddress, part: Partial<Value>): void {
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
      ...(old?.reason ? { reason: old.reason } : {}),
    };
    const isNothing = saysTheSame(next, saved) && !this.isSent(key) && !this.conflictOn(key);
    if (isNothing) this.edits.delete(key);
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
    if (this.closed || (this.attempt === null && this.sendable().length === 0)) {
      this.publish();
      return;
    }
    await this.alone(() => this.send());
  }

  /** The form as the server has it, made first where nobody has begun it. Throws Problem. */
  async begun(): Promise<FormDocument> {
    if (this.document.id === "" && this.options.open) {
      this.take(await this.options.open(this.openKey));
    }
    return this.document;
  }

  /** Takes a newer document, for example one fetched because another person saved. */
  take(document: FormDocument): void {
    if (document.version < this.document.version) return;
    const fresh = indexOf(document);
    for (const [key, value] of fresh) {
      const known = this.values.get(key);
      if (value.version === (known?.version ?? 0)) continue;
      if (value.by === this.options.me) this.changedByOthers.delete(key);
      else this.changedByOthers.add(key);
    }
    this.document = document;
    this.values = fresh;
    for (const [key, edit] of this.edits) {
      if (saysTheSame(edit, fresh.get(key)) && !this.isSent(key)) this.edits.delete(key);
    }
    this.savedAt = Math.max(this.savedAt ?? 0, lastSave(document) ?? 0) || null;
    this.keep();
    this.publish();
  }

  /** Ends a conflict: `mine` keeps the edit on top of theirs, otherwise theirs stands. */
  resolve(choices: ReadonlyMap<string, "mine" | "theirs">): Promise<void> {
    for (const conflict of this.conflicts) {
      const key = conflictKey(conflict);
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
    await this.alone(async () => {
      try {
        if (row && !row.removed) {
          const patch = { removals: [{ group, repeat, base_version: row.version, reason }] };
          const key = this.striking.keyFor(patch);
          this.take(await this.options.send(this.document.id, patch, key));
          this.savedAt = this.now();
        }
        this.striking.settle();
        for (const [key, edit] of this.edits) {
          if (edit.group === group && edit.repeat === repeat) this.edits.delete(key);
        }
        this.keep();
      } catch (error) {
        problem = asProblem(error);
        this.striking.settle(problem);
      }
    });
    return problem;
  }

  discard(): void {
    this.edits.clear();
    this.attempt = null;
    this.conflicts = [];
    this.failure = null;
    this.keep();
    this.publish();
  }

  lineChanged(): void {
    this.publish();
    if (this.online() && this.edits.size > 0) void this.flush();
  }

  /** Begins to send what was restored, and undoes close(): React draws a page twice. */
  reopen(): void {
    this.closed = false;
    if (this.edits.size > 0) this.schedule(0);
  }

  close(): void {
    this.closed = true;
    this.unschedule();
  }

  private async alone(work: () => Promise<void>): Promise<void> {
    this.saving = work().finally(() => {
      this.saving = null;
      this.publish();
    });
    this.publish();
    await this.saving;
  }

  private async send(): Promise<void> {
    const isAgain = this.attempt !== null;
    try {
      const { id, rows } = this.document.id === "" ? await this.begun() : this.document;
      if (this.attempt === null) {
        const edits = this.sendable();
        if (edits.length === 0) return;
        const patch = patchOf(edits, rows, this.options.repeats);
        this.attempt = { key: newIdempotencyKey(), patch, edits };
        this.keep();
      }
      const { key, patch, edits } = this.attempt;
      const document = await this.options.send(id, patch, key);
      this.attempt = null;
      this.failure = null;
      this.retries = 0;
      this.take(document);
      for (const sent of edits) this.settle(sent);
      this.keep();
      this.savedAt = this.now();
    } catch (error) {
      await this.fail(asProblem(error));
      return;
    }
    if (this.sendable().length === 0) return;
    if (isAgain) await this.send();
    else this.schedule(autosaveAfterMs);
  }

  /** The server holds `sent`; a newer edit of the same item now stands on it. */
  private settle(sent: Edit): void {
    const key = itemKey(sent);
    const current = this.edits.get(key);
    if (!current) return;
    const saved = this.values.get(key);
    if (current.raw === sent.raw && current.unit === sent.unit && current.missing === sent.missing)
      this.edits.delete(key);
    else this.edits.set(key, { ...current, base_version: saved?.version ?? sent.base_version });
  }

  private async fail(problem: Problem): Promise<void> {
    const mayPass = problem.passing || problem.status === 401;
    if (!mayPass) this.attempt = null;
    if (problem.code === "item-changed" && problem.conflicts.length > 0) {
      await this.stand(problem.conflicts);
      return;
    }
    if (problem.code === "reason-required") {
      this.failure = null;
      this.document = { ...this.document, state: "complete" };
      return;
    }
    let retryAt: number | null = null;
    if (mayPass) {
      const wait = Math.min(firstRetryMs * 2 ** this.retries, longestRetryMs);
      this.retries += 1;
      retryAt = this.now() + Math.max(wait, (problem.retryAfterSeconds ?? 0) * 1000);
      this.schedule(retryAt - this.now());
    }
    this.failure = { problem, retryAt };
  }

  /** Somebody else's values stand against edits. All or nothing: what nobody disputes goes again. */
  private async stand(conflicts: Conflict[]): Promise<void> {
    const fresh = await this.options.read?.(this.document.id).catch(() => null);
    if (fresh) this.take(fresh);
    for (const conflict of conflicts) {
      if (conflict.item === undefined) {
        this.edits = rekeyed([...this.edits.values()], this.document.rows, conflict);
      }
    }
    this.conflicts = conflicts.filter((conflict) => {
      const key = conflictKey(conflict);
      return key !== undefined && this.edits.has(key);
    });
    this.failure = null;
    this.keep();
    if (this.sendable().length > 0) this.schedule(0);
  }

  private sendable(): Edit[] {
    const needsReason = this.document.state === "complete";
    return [...this.edits]
      .filter(([key, edit]) => !this.conflictOn(key) && (!needsReason || edit.reason))
      .map(([, edit]) => edit);
  }

  /** What was sent may have arrived: typed back, the old value must then be sent again. */
  private isSent(key: string): boolean {
    return this.attempt?.edits.some((edit) => itemKey(edit) === key) === true;
  }

  private conflictOn(key: string): boolean {
    return this.conflicts.some((conflict) => conflictKey(conflict) === key);
  }

  /** An earlier appointment stands: typing on must not put off the save. */
  private schedule(afterMs: number): void {
    const at = this.now() + afterMs;
    if (this.closed || (this.timerAt !== null && this.timerAt <= at)) return;
    this.unschedule();
    this.timerAt = at;
    this.timer = setTimeout(() => void this.flush(), afterMs);
  }

  private unschedule(): void {
    clearTimeout(this.timer);
    this.timerAt = null;
  }

  private keep(): void {
    keep(this.options, { edits: [...this.edits.values()], attempt: this.attempt });
  }

  private restore(): void {
    const kept = readKept(this.options);
    for (const edit of kept.edits) {
      const key = itemKey(edit);
      if (!saysTheSame(edit, this.values.get(key))) this.edits.set(key, edit);
    }
    this.restored = this.edits.size;
    this.attempt = this.restored > 0 ? kept.attempt : null;
  }

  private saveState(): SaveState {
    const count = this.edits.size;
    if (this.saving) return { kind: "saving", count };
    if (!this.online()) return { kind: "offline", count };
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

// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Problem, type FormDocument, type FormPatch, type ItemValue } from "@/api";
import { autosaveAfterMs, FormDraft } from "./draft";
import type { DraftOptions } from "./draft_types";

const address = (item: string) => ({ group: "IG", repeat: "1", item });

const value = (item: string, raw: string, version: number, by = "me"): ItemValue => ({
  ...address(item),
  raw,
  by,
  at: "2026-01-01T00:00:00.000Z",
  version,
  findings: [],
});

const formOf = (
  version: number,
  items: ItemValue[],
  state: FormDocument["state"] = "in_progress",
) => ({ id: "f", version, state, items, rows: [], stages: [] }) as unknown as FormDocument;

function memory(): DraftOptions["storage"] & { text: () => string | null } {
  const held = new Map<string, string>();
  return {
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, text) => void held.set(key, text),
    removeItem: (key) => void held.delete(key),
    text: () => held.get("draft") ?? null,
  };
}

/** A server that keeps every change it is sent. */
function keeper(document: FormDocument) {
  const sent: FormPatch[] = [];
  const keys: string[] = [];
  let current = document;
  const send = async (_form: string, patch: FormPatch, key = ""): Promise<FormDocument> => {
    sent.push(patch);
    keys.push(key);
    const items = new Map(current.items.map((item) => [item.item, item]));
    for (const change of patch.changes ?? []) {
      items.set(
        change.item,
        value(change.item, change.raw, (items.get(change.item)?.version ?? 0) + 1),
      );
    }
    current = formOf(current.version + 1, [...items.values()]);
    return current;
  };
  return { sent, keys, send };
}

const draftOf = (part: Partial<DraftOptions> & Pick<DraftOptions, "send">): FormDraft =>
  new FormDraft({
    document: formOf(1, []),
    storage: memory(),
    storageKey: "draft",
    me: "me",
    repeats: (group) => group === "LIST",
    online: () => true,
    ...part,
  });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("an edit is saved within five seconds of its first key although typing goes on", async () => {
  const server = keeper(formOf(1, []));
  const draft = draftOf({ send: server.send });
  draft.edit(address("A"), { raw: "1" });
  await vi.advanceTimersByTimeAsync(autosaveAfterMs - 1000);
  draft.edit(address("A"), { raw: "12" });
  expect(draft.getSnapshot().save.kind).toBe("waiting");
  await vi.advanceTimersByTimeAsync(1000);
  expect(server.sent.map((patch) => patch.changes?.[0]?.raw)).toEqual(["12"]);
  expect(draft.getSnapshot().save.kind).toBe("saved");
});

test("what is typed during a save stays unsaved and is then sent on the new version", async () => {
  const server = keeper(formOf(1, []));
  const draft = draftOf({ send: server.send });
  draft.edit(address("A"), { raw: "1" });
  const first = draft.flush();
  draft.edit(address("A"), { raw: "12" });
  await first;
  expect(draft.getSnapshot().save).toEqual({ kind: "waiting", count: 1 });
  await draft.flush();
  expect(server.sent[1]?.changes).toMatchObject([{ raw: "12", base_version: 1 }]);
  expect(draft.getSnapshot().edits.size).toBe(0);
});

test("a failed save is loud, keeps the value in the page and in the store, and is tried again", async () => {
  const server = keeper(formOf(1, []));
  const storage = memory();
  let broken = true;
  const draft = draftOf({
    storage,
    send: (...wish) =>
      broken ? Promise.reject(new Problem(503, { code: "unavailable" })) : server.send(...wish),
  });
  draft.edit(address("A"), { raw: "1" });
  await draft.flush();
  expect(draft.getSnapshot().save).toMatchObject({ kind: "failed", count: 1 });
  expect(storage.text()).toContain('"raw":"1"');
  broken = false;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(draft.getSnapshot().save.kind).toBe("saved");
  expect(storage.text()).toBeNull();
});

test("an edit that the server never took is in the form again after the browser crashed", () => {
  const storage = memory();
  const send = () => Promise.reject(new Problem(0, {}));
  draftOf({ storage, send }).edit(address("A"), { raw: "1" });
  const reopened = draftOf({ storage, send });
  expect(reopened.valueOf(address("A")).raw).toBe("1");
  expect(reopened.getSnapshot().restored).toBe(1);
});

test("a conflict stops only the disputed item; the rest is sent again at once", async () => {
  const document = formOf(1, [value("A", "1", 1)]);
  const sent: FormPatch["changes"][] = [];
  const theirs = { raw: "9", by: "Li Wei", at: "2026-01-01T00:00:00.000Z", version: 2 };
  const draft = draftOf({
    document,
    send: async (_form, patch) => {
      const changes = patch.changes ?? [];
      sent.push(changes);
      if (changes.some((change) => change.item === "A" && change.base_version === 1)) {
        throw new Problem(412, {
          code: "item-changed",
          conflicts: [{ ...address("A"), theirs }],
        });
      }
      return formOf(9, [
        value("A", changes.find((change) => change.item === "A")?.raw ?? "9", 3),
        value("B", "5", 1),
      ]);
    },
  });
  draft.edit(address("A"), { raw: "2" });
  draft.edit(address("B"), { raw: "5" });
  await draft.flush();
  expect(draft.getSnapshot().save.kind).toBe("conflict");
  await vi.advanceTimersByTimeAsync(1);
  expect(sent[1]).toMatchObject([{ item: "B" }]);
  expect(draft.valueOf(address("A")).raw).toBe("2");
  await draft.resolve(new Map([["IG/1/A", "mine"]]));
  expect(sent[2]).toMatchObject([{ item: "A", raw: "2", base_version: 2 }]);
  expect(draft.getSnapshot().save.kind).toBe("saved");
});

test("taking theirs in a merge leaves nothing unsaved", async () => {
  const theirs = { raw: "9", by: "Li Wei", at: "2026-01-01T00:00:00.000Z", version: 2 };
  const draft = draftOf({
    document: formOf(1, [value("A", "1", 1)]),
    send: () =>
      Promise.reject(
        new Problem(412, {
          code: "item-changed",
          conflicts: [{ ...address("A"), theirs }],
        }),
      ),
  });
  draft.edit(address("A"), { raw: "2" });
  await draft.flush();
  await draft.resolve(new Map([["IG/1/A", "theirs"]]));
  draft.take(formOf(2, [value("A", "9", 2, "Li Wei")]));
  expect(draft.valueOf(address("A")).raw).toBe("9");
  expect(draft.getSnapshot().edits.size).toBe(0);
});

test("a change of a complete form is not sent before it has a reason", async () => {
  const server = keeper(formOf(3, [value("A", "1", 1)]));
  const draft = draftOf({
    document: formOf(3, [value("A", "1", 1)], "complete"),
    send: server.send,
  });
  draft.edit(address("A"), { raw: "2" });
  await draft.flush();
  expect(server.sent).toEqual([]);
  expect(draft.getSnapshot().save.kind).toBe("needs_reason");
  await draft.giveReason("typing");
  expect(server.sent[0]?.changes).toMatchObject([{ raw: "2", reason: "typing" }]);
});

test("typing a value back to what is saved leaves nothing to save", () => {
  const draft = draftOf({
    document: formOf(1, [value("A", "1", 1)]),
    send: () => Promise.reject(new Problem(0, {})),
  });
  draft.edit(address("A"), { raw: "12" });
  draft.edit(address("A"), { raw: "1" });
  expect(draft.getSnapshot().save.kind).toBe("saved");
});

test("another person's value shows up, and one being edited here is left alone", () => {
  const draft = draftOf({
    document: formOf(1, [value("A", "1", 1), value("B", "1", 1)]),
    send: () => Promise.reject(new Problem(0, {})),
  });
  draft.edit(address("B"), { raw: "7" });
  draft.take(formOf(2, [value("A", "3", 2, "Li Wei"), value("B", "4", 2, "Li Wei")]));
  expect(draft.valueOf(address("A")).raw).toBe("3");
  expect(draft.valueOf(address("B")).raw).toBe("7");
  expect([...draft.getSnapshot().changedByOthers].sort()).toEqual(["IG/1/A", "IG/1/B"]);
});

test("a new row is announced with its first value; one begun elsewhere under its key moves ours", async () => {
  const sent: FormPatch[] = [];
  const taken = { group: "LIST", repeat: "1" };
  const draft = draftOf({
    send: async (_form, patch) => {
      sent.push(patch);
      if (patch.additions?.[0]?.repeat === "1") {
        throw new Problem(412, { code: "item-changed", conflicts: [{ ...taken, theirs: {} }] });
      }
      const changes = patch.changes ?? [];
      const items = changes.map((change) => ({ ...value(change.item, change.raw, 1), ...change }));
      return { ...formOf(2, items as ItemValue[]), rows: [{ ...taken, repeat: "2", version: 1 }] };
    },
  });
  draft.edit({ ...taken, item: "DRUG" }, { raw: "amlodipine" });
  await draft.flush();
  await vi.advanceTimersByTimeAsync(1);
  expect(sent.map((patch) => patch.additions)).toEqual([[taken], [{ ...taken, repeat: "2" }]]);
  expect(draft.valueOf({ group: "LIST", repeat: "2", item: "DRUG" }).raw).toBe("amlodipine");
  expect(draft.getSnapshot().save.kind).toBe("saved");
});

test("a row that could not be struck out is still there, with what was typed in it", async () => {
  const row = { group: "LIST", repeat: "1", version: 3 };
  const document = { ...formOf(1, []), rows: [row] };
  const sent: FormPatch[] = [];
  const draft = draftOf({
    document,
    send: (_form, patch) => {
      sent.push(patch);
      return Promise.reject(new Problem(412, { code: "item-changed" }));
    },
  });
  draft.edit({ group: "LIST", repeat: "1", item: "DRUG" }, { raw: "x" });
  const problem = await draft.removeRow("LIST", "1", "entered twice");
  expect(problem?.status).toBe(412);
  expect(sent[0]?.removals).toEqual([
    { group: "LIST", repeat: "1", base_version: 3, reason: "entered twice" },
  ]);
  expect(draft.getSnapshot().edits.size).toBe(1);
});

test("each save has a key of its own", async () => {
  const server = keeper(formOf(1, []));
  const draft = draftOf({ send: server.send });
  draft.edit(address("A"), { raw: "1" });
  await draft.flush();
  draft.edit(address("A"), { raw: "2" });
  await draft.flush();
  expect(server.keys).toHaveLength(2);
  expect(new Set(server.keys).size).toBe(2);
  expect(server.keys.every((key) => key.length >= 16)).toBe(true);
});

/** A server that does what it is told and whose first answer is lost on the way. */
function mute(document: FormDocument) {
  const server = keeper(document);
  const seen = new Map<string, FormDocument>();
  let lost = true;
  const send: DraftOptions["send"] = async (form, patch, key) => {
    const before = seen.get(key);
    const answer = before ?? (await server.send(form, patch, key));
    seen.set(key, answer);
    if (lost) {
      lost = false;
      throw new Problem(0, {});
    }
    return answer;
  };
  return { ...server, seen, send };
}

test("a save whose answer was lost is sent again word for word, and what was typed since follows", async () => {
  const server = mute(formOf(1, []));
  const draft = draftOf({ send: server.send });
  draft.edit(address("A"), { raw: "1" });
  await draft.flush();
  draft.edit(address("A"), { raw: "12" });
  await draft.flush();
  expect(server.sent.map((patch) => patch.changes)).toMatchObject([
    [{ raw: "1", base_version: 0 }],
    [{ raw: "12", base_version: 1 }],
  ]);
  expect(server.seen.size).toBe(2);
  expect(draft.getSnapshot().save.kind).toBe("saved");
});

test("a save whose answer was lost keeps its key when the browser is opened again", async () => {
  const server = mute(formOf(1, []));
  const storage = memory();
  const draft = draftOf({ send: server.send, storage });
  draft.edit(address("A"), { raw: "1" });
  await draft.flush();
  draft.close();
  const reopened = draftOf({ send: server.send, storage });
  await reopened.flush();
  expect(server.sent).toHaveLength(1);
  expect(reopened.getSnapshot().save.kind).toBe("saved");
  expect(storage.text()).toBeNull();
});

test("a value typed back while its save is under way is saved as it was before", async () => {
  const document = formOf(1, [value("A", "1", 1)]);
  const server = keeper(document);
  const draft = draftOf({ document, send: server.send });
  draft.edit(address("A"), { raw: "2" });
  const first = draft.flush();
  draft.edit(address("A"), { raw: "1" });
  await first;
  await draft.flush();
  expect(server.sent.map((patch) => patch.changes?.[0]?.raw)).toEqual(["2", "1"]);
  expect(draft.valueOf(address("A")).raw).toBe("1");
});

test("a form that nobody has begun is made by its first save, once, and not by being looked at", async () => {
  const server = keeper(formOf(1, []));
  const opened: string[] = [];
  let broken = true;
  const draft = draftOf({
    document: { ...formOf(0, []), id: "" },
    open: async (key) => {
      opened.push(key);
      if (broken) throw new Problem(0, {});
      return formOf(1, []);
    },
    send: server.send,
  });
  draft.reopen();
  await draft.flush();
  expect(opened).toEqual([]);
  draft.edit(address("A"), { raw: "1" });
  await draft.flush();
  expect(draft.getSnapshot().save.kind).toBe("failed");
  broken = false;
  await draft.flush();
  draft.edit(address("A"), { raw: "2" });
  await draft.flush();
  expect(opened).toHaveLength(2);
  expect(new Set(opened).size).toBe(1);
  expect(server.sent).toHaveLength(2);
});

test("before a conflict is shown the form is read again, so that the other person has a name", async () => {
  const theirs = { raw: "9", by: "li", at: "2026-01-01T00:00:00.000Z", version: 2 };
  const draft = draftOf({
    document: formOf(1, [value("A", "1", 1)]),
    send: () =>
      Promise.reject(
        new Problem(412, { code: "item-changed", conflicts: [{ ...address("A"), theirs }] }),
      ),
    read: async () => ({ ...formOf(2, [value("A", "9", 2, "li")]), people: { li: "Li Wei" } }),
  });
  draft.edit(address("A"), { raw: "2" });
  await draft.flush();
  const { save, document } = draft.getSnapshot();
  expect(save.kind).toBe("conflict");
  expect(document.people?.li).toBe("Li Wei");
  expect(draft.valueOf(address("A")).raw).toBe("2");
});

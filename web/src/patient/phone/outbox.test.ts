// SPDX-License-Identifier: Apache-2.0
import { beforeEach, describe, expect, test } from "vitest";
import { Problem, asProblem } from "@/api/client";
import type { Submitted } from "@/api/schema";
import { entriesOf, press, sendAll, takeBack, waitSeconds, type Entry, type Told } from "./outbox";
import type { Vault } from "./vault";

/** A vault in memory; what is in it was written as JSON, as it is on the phone. */
class MemoryVault implements Vault {
  readonly records = new Map<string, string>();

  read = async <T>(name: string): Promise<T | undefined> => {
    const text = this.records.get(name);
    return text === undefined ? undefined : (JSON.parse(text) as T);
  };
  all = async <T>(prefix: string): Promise<T[]> =>
    [...this.records].flatMap(([name, text]) =>
      name.startsWith(prefix) ? [JSON.parse(text) as T] : [],
    );
  write = async (changes: Readonly<Record<string, unknown>>): Promise<void> => {
    for (const [name, value] of Object.entries(changes))
      if (value === undefined) this.records.delete(name);
      else this.records.set(name, JSON.stringify(value));
  };
  destroy = async (): Promise<void> => this.records.clear();
}

const entry = (number: number, key = `key-${number}`): Entry => ({
  plan: "p",
  number,
  key,
  body: "{}",
  draft: [],
  pressedAt: `2026-11-22T10:00:0${number}.000Z`,
  given: {
    task: {
      plan: "p",
      number,
      name: "Mood",
      day: "2026-11-22",
      opens_at: "2026-11-21T16:00:00Z",
      due_at: "2026-11-22T16:00:00Z",
      closes_at: "2026-11-22T16:00:00Z",
      state: "open",
    },
    form: { id: "f", url: "http://x/f", version: "1", title: "Mood", languages: ["en"] },
  },
});

const taken: Submitted = {
  response: "r",
  received_at: "2026-11-22T10:00:05Z",
  state: "on_time",
  help: ["Please call 12345 now."],
};

describe("the outbox", () => {
  let vault: MemoryVault;
  beforeEach(() => {
    vault = new MemoryVault();
  });

  test("a second press finds the first one's entry and its key", async () => {
    await vault.write({ "draft/p/1": [] });
    await press(vault, entry(1, "first"));
    expect((await press(vault, entry(1, "second"))).key).toBe("first");
    expect((await entriesOf(vault)).map(({ key }) => key)).toEqual(["first"]);
    expect(vault.records.has("draft/p/1")).toBe(false);
  });

  test("an entry leaves the phone only with the server's answer, which is kept until it is read", async () => {
    await press(vault, entry(1));
    const lost = (): Promise<Submitted> => Promise.reject(new Problem(0, { code: "no-answer" }));
    expect(await sendAll(vault, lost, asProblem)).toEqual({
      kind: "later",
      retryAfterSeconds: null,
    });
    expect((await entriesOf(vault)).length).toBe(1);
    const keys: string[] = [];
    const post = async ({ key }: Entry): Promise<Submitted> => {
      keys.push(key);
      return taken;
    };
    expect(await sendAll(vault, post, asProblem)).toEqual({ kind: "empty" });
    expect(keys).toEqual(["key-1"]);
    expect(await entriesOf(vault)).toEqual([]);
    const told = await vault.read<Told>("told/p/1");
    expect(told?.submitted.help).toEqual(["Please call 12345 now."]);
  });

  test("the oldest goes first, and nothing overtakes one that must wait", async () => {
    await press(vault, entry(2));
    await press(vault, entry(1));
    const tried: number[] = [];
    const busy = (one: Entry): Promise<Submitted> => {
      tried.push(one.number);
      return Promise.reject(new Problem(429, { code: "overloaded" }, 30));
    };
    expect(await sendAll(vault, busy, asProblem)).toEqual({ kind: "later", retryAfterSeconds: 30 });
    expect(tried).toEqual([1]);
  });

  test("what can never be taken is kept with its reason and not sent again; the next one goes", async () => {
    await press(vault, entry(1));
    await press(vault, entry(2));
    const tried: number[] = [];
    const post = async (one: Entry): Promise<Submitted> => {
      tried.push(one.number);
      if (one.number === 1) throw new Problem(422, { code: "task-closed" });
      return taken;
    };
    await sendAll(vault, post, asProblem);
    await sendAll(vault, post, asProblem);
    expect(tried).toEqual([1, 2]);
    const [kept] = await entriesOf(vault);
    expect(kept?.refused?.code).toBe("task-closed");
    if (kept) await takeBack(vault, kept);
    expect([...vault.records.keys()]).toEqual(["told/p/2", "draft/p/1"]);
  });

  test("without a session nothing is refused: it waits for the PIN", async () => {
    await press(vault, entry(1));
    const out = (): Promise<Submitted> => Promise.reject(new Problem(401, { code: "no-session" }));
    expect(await sendAll(vault, out, asProblem)).toEqual({ kind: "sign-in" });
    expect((await entriesOf(vault))[0]?.refused).toBeUndefined();
  });
});

test("waits grow, are spread, end at five minutes and are never shorter than the server asked for", () => {
  const most = [0, 1, 2, 3, 20, 1000].map((attempts) => waitSeconds(attempts, null, () => 1));
  expect(most).toEqual([1, 2, 4, 8, 300, 300]);
  expect(waitSeconds(3, null, () => 0)).toBe(4);
  expect(waitSeconds(0, 120, () => 0)).toBe(120);
});

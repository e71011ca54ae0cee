// SPDX-License-Identifier: Apache-2.0
// Answers on their way to the server. An entry has one key from the press of the button to the
// server's answer, so that however often it is sent it is one row; it is removed only then.
import type { Problem } from "@/api/client";
import type { GivenTask, ProblemError, Submitted } from "@/api/schema";
import type { Node } from "../form/enable";
import type { Vault } from "./vault";

export interface TaskPlace {
  plan: string;
  number: number;
}

/** Why the server will never take an entry as it is. */
export interface Refusal {
  code: string;
  errors: ProblemError[];
}

export interface Entry extends TaskPlace {
  /** Made once, when the patient pressed. */
  key: string;
  given: GivenTask;
  /** The text that is sent, byte for byte the same each time. */
  body: string;
  /** The answers as they were given, to open them again should they be refused. */
  draft: Node[];
  pressedAt: string;
  refused?: Refusal;
}

/** What the server has answered, until the patient has read it. */
export interface Told extends TaskPlace {
  name: string;
  submitted: Submitted;
}

export const placeOf = ({ plan, number }: TaskPlace): string => `${plan}/${number}`;
export const draftName = (place: TaskPlace): string => `draft/${placeOf(place)}`;
export const entryName = (place: TaskPlace): string => `outbox/${placeOf(place)}`;
export const toldName = (place: TaskPlace): string => `told/${placeOf(place)}`;

export const entriesOf = (vault: Vault): Promise<Entry[]> => vault.all<Entry>("outbox/");

/**
 * Takes the answers to one task from the patient: durable on the phone, and no draft any more.
 * A second press of the same task finds the first one's entry.
 */
export async function press(vault: Vault, entry: Entry): Promise<Entry> {
  const there = await vault.read<Entry>(entryName(entry));
  if (there && !there.refused) return there;
  await vault.write({ [entryName(entry)]: entry, [draftName(entry)]: undefined });
  return entry;
}

/** Gives refused answers back to the patient, as a draft. */
export async function takeBack(vault: Vault, entry: Entry): Promise<void> {
  await vault.write({ [draftName(entry)]: entry.draft, [entryName(entry)]: undefined });
}

/** What is to be done after an attempt. */
export type Outcome =
  | { kind: "empty" }
  /** Something is unsent and may go later; not before the server's own wish. */
  | { kind: "later"; retryAfterSeconds: number | null }
  | { kind: "sign-in" };

/** Refused as no repetition can mend, or not yet. */
const isFinal = (problem: Problem): boolean =>
  !problem.passing && problem.status !== 401 && problem.status !== 408 && problem.code !== "csrf";

/** Sends what waits, the oldest first, and stops at the first that does not go now. */
export async function sendAll(
  vault: Vault,
  post: (entry: Entry) => Promise<Submitted>,
  problemOf: (error: unknown) => Problem,
): Promise<Outcome> {
  const waiting = (await entriesOf(vault)).filter(({ refused }) => !refused);
  waiting.sort((a, b) => (a.pressedAt < b.pressedAt ? -1 : 1));
  for (const entry of waiting) {
    try {
      const submitted = await post(entry);
      const { plan, number, given } = entry;
      const told: Told = { plan, number, name: given.task.name, submitted };
      await vault.write({ [toldName(entry)]: told, [entryName(entry)]: undefined });
    } catch (error) {
      const problem = problemOf(error);
      if (problem.status === 401) return { kind: "sign-in" };
      if (!isFinal(problem)) return { kind: "later", retryAfterSeconds: problem.retryAfterSeconds };
      const refused: Refusal = { code: problem.code, errors: problem.errors };
      await vault.write({ [entryName(entry)]: { ...entry, refused } });
    }
  }
  return { kind: "empty" };
}

const firstSeconds = 1;
const mostSeconds = 300;

/**
 * How long to wait after so many attempts in a row, in seconds: twice as long each time, spread so
 * that a thousand phones do not come back at once, and never shorter than the server asked for.
 */
export function waitSeconds(
  attempts: number,
  retryAfterSeconds: number | null,
  random: () => number = Math.random,
): number {
  const most = Math.min(mostSeconds, firstSeconds * 2 ** Math.min(attempts, 20));
  return Math.max(most * (0.5 + random() / 2), retryAfterSeconds ?? 0);
}

// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { Intention, Problem } from "./client";

test("an intention keeps its key while its answer is lost, and takes another once it is answered", () => {
  const intention = new Intention();
  const key = intention.keyFor({ a: 1 });
  intention.settle(new Problem(0, {}));
  expect(intention.keyFor({ a: 1 })).toBe(key);
  intention.settle(new Problem(422, {}));
  expect(intention.keyFor({ a: 1 })).not.toBe(key);
});

test("an intention with other content has another key", () => {
  const intention = new Intention();
  expect(intention.keyFor({ a: 1 })).not.toBe(intention.keyFor({ a: 2 }));
});

test("a request that still runs under its key may be tried again; a refused one may not", () => {
  expect(new Problem(409, { code: "idempotency-running" }).passing).toBe(true);
  expect(new Problem(409, { code: "subject-key-taken" }).passing).toBe(false);
  expect(new Problem(503, {}).passing).toBe(true);
  expect(new Problem(0, {}).passing).toBe(true);
});

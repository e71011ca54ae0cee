// SPDX-License-Identifier: Apache-2.0
import { expect, test, vi } from "vitest";
import { Intention, Problem, call, setCsrf } from "./client";

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

const answering = (status: number, body: unknown) =>
  vi
    .spyOn(globalThis, "fetch")
    .mockResolvedValue(new Response(status === 204 ? null : JSON.stringify(body), { status }));

test("a call puts its parts where the description says, and leaves out what is not given", async () => {
  const fetch = answering(200, { rows: [] });
  await call("readMatrix", {
    path: { study: "a/b" },
    query: { site: "", search: "x y", offset: 0 },
  });
  expect(fetch.mock.calls[0]?.[0]).toBe("/api/v1/studies/a%2Fb/matrix?search=x+y&offset=0");
  expect(fetch.mock.calls[0]?.[1]).toMatchObject({ method: "GET", body: undefined });
});

test("a call that changes something carries the session's token, its key and the version seen", async () => {
  setCsrf("token");
  const fetch = answering(204, undefined);
  const input = { path: { form: "f" }, body: { acknowledged: ["a"] } };
  await call("completeForm", input, { idempotencyKey: "k", ifMatch: '"7"' });
  expect(fetch.mock.calls[0]?.[1]).toMatchObject({
    method: "POST",
    body: '{"acknowledged":["a"]}',
    headers: {
      "Content-Type": "application/json",
      "X-CSRF-Token": "token",
      "Idempotency-Key": "k",
      "If-Match": '"7"',
    },
  });
});

test("an answer that is a problem is thrown with its code, and a lost one has none", async () => {
  answering(412, { code: "item-changed", conflicts: [] });
  await expect(call("readForm", { path: { form: "f" } })).rejects.toMatchObject({
    status: 412,
    code: "item-changed",
  });
  vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("no network"));
  await expect(call("readForm", { path: { form: "f" } })).rejects.toMatchObject({ status: 0 });
});

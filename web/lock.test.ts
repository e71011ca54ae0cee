// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("the lock file names no download address, so any registry can serve it", () => {
  const lock = readFileSync("package-lock.json", "utf8");
  expect(lock.match(/"resolved": "https?:[^"]*"/g) ?? []).toEqual([]);
});

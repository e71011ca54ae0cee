// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { percentOf } from "./percent";

test("only all that is due is 100 %, and nothing due has no rate", () => {
  const rate = (answered: number, due: number) => percentOf({ answered, due });
  expect(rate(999, 1000)).toBe(99);
  expect(rate(1000, 1000)).toBe(100);
  expect(rate(0, 7)).toBe(0);
  expect(rate(29, 100)).toBe(29);
  expect(rate(0, 0)).toBe(null);
});

// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { clockTime, dayTime, weekdayName } from "./times";

test("a time of day is read as it was written, and what is none is nothing", () => {
  for (const text of ["00:00", "02:30", "23:59"])
    expect(clockTime(dayTime(text) ?? { hour: -1, minute: -1 })).toBe(text);
  for (const text of ["", "24:00", "2:30", "02:60", "02:30:00"]) expect(dayTime(text)).toBeNull();
});

test("Monday is the first day of the week and Sunday the seventh", () => {
  expect([weekdayName(1, "en"), weekdayName(7, "en")]).toEqual(["Mon", "Sun"]);
  expect(weekdayName(1, "zh-CN")).toBe("周一");
});

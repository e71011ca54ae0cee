// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import type { Comparator, ItemDef } from "@/api";
import { checkValue, holds } from "./checks";
import { readValue } from "./item_value";

const item = (part: Partial<ItemDef>): ItemDef => ({
  oid: "IT.X",
  name: "x",
  question: {},
  data_type: "text",
  checks: [],
  ...part,
});

const rule = (comparator: Comparator, ...values: string[]) => ({
  id: "range-1",
  comparator,
  values,
  severity: "soft" as const,
  message: {},
});

const checks = (definition: ItemDef, raw: string, unit?: string): string[] =>
  checkValue(definition, undefined, raw, unit).map((finding) => finding.check);

test("an empty value is never wrong before the form is completed", () => {
  expect(checks(item({ data_type: "integer", checks: [rule("GE", "1")] }), "")).toEqual([]);
});

test("a value of the wrong type is said to be so and is not compared", () => {
  const checked = item({ data_type: "integer", checks: [rule("GE", "1")] });
  expect(checks(checked, "12.5")).toEqual(["data-type"]);
  expect(checks(checked, "abc")).toEqual(["data-type"]);
  expect(checks(checked, "1234567890123456789")).toEqual(["data-type"]);
  expect(checks(checked, "0")).toEqual(["range-1"]);
  expect(checks(checked, "1")).toEqual([]);
  expect(checks(item({ data_type: "float" }), "1e3")).toEqual(["data-type"]);
  expect(checks(item({ data_type: "double" }), "1e3")).toEqual([]);
  expect(checks(item({ data_type: "boolean" }), "yes")).toEqual(["data-type"]);
});

test("each comparator means what ODM says", () => {
  const truth: [Comparator, string[], string, boolean | undefined][] = [
    ["LT", ["5"], "4", true],
    ["LT", ["5"], "5", false],
    ["LE", ["5"], "5.0", true],
    ["GT", ["5"], "5", false],
    ["GE", ["5"], "10", true],
    ["EQ", ["5"], "5.00", true],
    ["NE", ["5"], "5", false],
    ["IN", ["1", "2"], "2", true],
    ["IN", ["1", "2"], "3", false],
    ["NOTIN", ["1", "2"], "3", true],
    ["NOTIN", ["1", "2"], "2", false],
    ["LT", ["1", "2"], "0", undefined],
    ["LT", ["x"], "0", undefined],
  ];
  for (const [comparator, values, raw, expected] of truth) {
    const value = readValue("float", raw);
    expect(value).toBeDefined();
    const outcome = value && holds({ comparator, values }, "float", value);
    expect([comparator, values, raw, outcome]).toEqual([comparator, values, raw, expected]);
  }
});

test("a partial date is compared only where the outcome can be known", () => {
  const partial = item({ data_type: "partialDate", checks: [rule("LE", "2024-06-15")] });
  expect(checks(partial, "2024-05")).toEqual([]);
  expect(checks(partial, "2024-06")).toEqual([]);
  expect(checks(partial, "2025")).toEqual(["range-1"]);
});

test("dates exist in the calendar, and partial dates only where the form allows them", () => {
  expect(checks(item({ data_type: "date" }), "2024-02-29")).toEqual([]);
  expect(checks(item({ data_type: "date" }), "2023-02-29")).toEqual(["data-type"]);
  expect(checks(item({ data_type: "date" }), "2024-02")).toEqual(["data-type"]);
  expect(checks(item({ data_type: "partialDate" }), "2024-02")).toEqual([]);
  expect(checks(item({ data_type: "partialDate" }), "2024-13")).toEqual(["data-type"]);
  expect(checks(item({ data_type: "time" }), "24:00")).toEqual(["data-type"]);
  expect(checks(item({ data_type: "time" }), "08:30")).toEqual([]);
  expect(checks(item({ data_type: "datetime" }), "2024-02-29T08:30+08:00")).toEqual([]);
});

test("length counts characters as people do, and the digits of numbers", () => {
  expect(checks(item({ data_type: "text", length: 2 }), "血压")).toEqual([]);
  expect(checks(item({ data_type: "text", length: 2 }), "𠮷𠮷")).toEqual([]);
  expect(checks(item({ data_type: "text", length: 2 }), "abc")).toEqual(["length"]);
  expect(checks(item({ data_type: "integer", length: 3 }), "-120")).toEqual([]);
  expect(checks(item({ data_type: "integer", length: 3 }), "1200")).toEqual(["length"]);
  const oneDecimal = item({ data_type: "float", significant_digits: 1 });
  expect(checks(oneDecimal, "72.55")).toEqual(["significant-digits"]);
});

test("a value outside its code list is a hard finding; an external list is not checked", () => {
  const entries = [{ value: "1", text: {} }];
  const list = { oid: "CL", name: "l", data_type: "integer", external: false, entries };
  const coded = item({ data_type: "integer" });
  expect(checkValue(coded, list, "2").map((finding) => finding.severity)).toEqual(["hard"]);
  expect(checkValue(coded, list, "01")).toEqual([]);
  expect(checkValue(coded, { ...list, external: true }, "2")).toEqual([]);
});

test("a check in another unit says nothing about the value", () => {
  const inKilopascal = { ...rule("LE", "30"), unit: "KPA" };
  const pressure = item({
    data_type: "integer",
    unit_oids: ["MMHG", "KPA"],
    checks: [inKilopascal],
  });
  expect(checks(pressure, "120", "MMHG")).toEqual([]);
  expect(checks(pressure, "120", "KPA")).toEqual(["range-1"]);
  expect(checks(pressure, "20", "")).toEqual(["unit"]);
});

// SPDX-License-Identifier: Apache-2.0
// The checks of an item, as the server makes them: an empty value is never checked here (only
// completing asks for it), a value of the wrong type is not compared, and a comparison whose
// outcome cannot be known finds nothing.
import type { CheckDef, CodeListDef, ItemDef, Text } from "@/api";
import { compareValues, readValue, sortOf, type ItemValueRead, type Sort } from "./item_value";

export type FindingCode =
  | Exclude<Sort, "text">
  | "type"
  | "code_list"
  | "length"
  | "length_digits"
  | "digits"
  | "unit"
  | "range";

export interface LocalFinding {
  code: FindingCode;
  /** The server's name for the same finding. */
  check: string;
  severity: "soft" | "hard";
  rule?: CheckDef;
  message?: Text;
  max?: number;
}

/** Whether a value keeps a check; undefined when it cannot be known. */
export function holds(
  check: Pick<CheckDef, "comparator" | "values">,
  dataType: string,
  value: ItemValueRead,
): boolean | undefined {
  const orders = check.values.map((text) => {
    const limit = readValue(dataType, text);
    return limit && compareValues(value, limit);
  });
  const isUnknown = orders.length === 0 || orders.includes(undefined);
  if (check.comparator === "IN" || check.comparator === "NOTIN") {
    if (orders.includes(0)) return check.comparator === "IN";
    return isUnknown ? undefined : check.comparator === "NOTIN";
  }
  const [order] = orders;
  if (isUnknown || orders.length !== 1 || order === undefined) return undefined;
  switch (check.comparator) {
    case "LT":
      return order < 0;
    case "LE":
      return order <= 0;
    case "GT":
      return order > 0;
    case "GE":
      return order >= 0;
    case "EQ":
      return order === 0;
    case "NE":
      return order !== 0;
    default:
      return undefined;
  }
}

const digitsIn = (raw: string): number => raw.split(/[eE]/)[0]?.replaceAll(/\D/g, "").length ?? 0;
const decimalsIn = (raw: string): number => /\.(\d*)/.exec(raw)?.[1]?.length ?? 0;

function lengthFindings(item: ItemDef, value: ItemValueRead): LocalFinding[] {
  const found: LocalFinding[] = [];
  const isNumber = value.kind === "number";
  if (typeof item.length === "number" && (isNumber || value.kind === "text")) {
    const used = isNumber ? digitsIn(value.raw) : [...value.raw].length;
    if (used > item.length) {
      const code = isNumber ? "length_digits" : "length";
      found.push({ code, check: "length", severity: "hard", max: item.length });
    }
  }
  if (typeof item.significant_digits === "number" && isNumber) {
    if (decimalsIn(value.raw) > item.significant_digits) {
      const max = item.significant_digits;
      found.push({ code: "digits", check: "significant-digits", severity: "hard", max });
    }
  }
  return found;
}

function isCoded(list: CodeListDef, value: ItemValueRead): boolean {
  return list.entries.some((entry) => {
    if (entry.value === value.raw) return true;
    if (value.kind !== "number") return false;
    const coded = readValue(list.data_type, entry.value);
    return coded !== undefined && compareValues(coded, value) === 0;
  });
}

function isOfUnit(check: CheckDef, item: ItemDef, unit: string): boolean {
  if (!check.unit) return true;
  const units = item.unit_oids ?? [];
  if (unit === "") return !(units.length === 1 && units[0] !== check.unit);
  return unit === check.unit;
}

/** All that is wrong with a value as typed; nothing for an empty one. */
export function checkValue(
  item: ItemDef,
  codeList: CodeListDef | undefined,
  raw: string,
  unit = "",
): LocalFinding[] {
  if (raw === "") return [];
  const value = readValue(item.data_type, raw);
  if (!value) {
    const sort = sortOf(item.data_type);
    return [{ code: sort === "text" ? "type" : sort, check: "data-type", severity: "hard" }];
  }
  const found = lengthFindings(item, value);
  if (codeList && !codeList.external && codeList.entries.length > 0 && !isCoded(codeList, value)) {
    found.push({ code: "code_list", check: "code-list", severity: "hard" });
  }
  const units = item.unit_oids ?? [];
  if (unit === "" ? units.length > 1 : !units.includes(unit)) {
    found.push({ code: "unit", check: "unit", severity: "hard" });
  }
  for (const rule of item.checks) {
    if (!isOfUnit(rule, item, unit) || holds(rule, item.data_type, value) !== false) continue;
    found.push({
      code: "range",
      check: rule.id,
      severity: rule.severity,
      rule,
      message: rule.message,
    });
  }
  return found;
}

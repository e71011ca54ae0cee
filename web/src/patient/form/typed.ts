// SPDX-License-Identifier: Apache-2.0
// Between what is typed into a field and a value of FHIR.
import type { ItemType } from "./form";
import { localTime } from "./response";
import type { Value } from "./value";

/** "7,5", "７．５" and " 7.5 " are 7.5; digits stay as many as they are. */
export const plainNumber = (typed: string): string =>
  typed.trim().normalize("NFKC").replace(",", ".").replace(/^\+/, "");

const decimalShape = /^-?(0|[1-9]\d*)(\.\d+)?$/;
const wholeShape = /^-?(0|[1-9]\d{0,9})$/;

/** The value that was typed; null when it is none of this type (yet). */
export function valueOf(type: ItemType, typed: string): Value | null {
  const number = plainNumber(typed);
  switch (type) {
    case "decimal":
      return decimalShape.test(number) ? { kind: "decimal", text: number } : null;
    case "integer":
      return wholeShape.test(number) && Math.abs(Number(number)) < 2 ** 31
        ? { kind: "integer", text: number }
        : null;
    case "date":
      return /^\d{4}-\d\d-\d\d$/.test(typed) ? { kind: "date", text: typed } : null;
    case "time":
      return /^\d\d:\d\d$/.test(typed) ? { kind: "time", text: `${typed}:00` } : null;
    case "dateTime": {
      const at = new Date(typed);
      return Number.isNaN(at.getTime()) ? null : { kind: "dateTime", text: localTime(at) };
    }
    case "url":
      return { kind: "uri", text: typed.trim() };
    case "reference":
      return { kind: "reference", text: typed.trim() };
    default:
      return { kind: "string", text: typed.trim() };
  }
}

/** What a field shows of a value. */
export function typedOf(value: Value | null): string {
  if (!value || !("text" in value)) return "";
  if (value.kind === "time") return value.text.slice(0, 5);
  return value.kind === "dateTime" ? value.text.slice(0, 16) : value.text;
}

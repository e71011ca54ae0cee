// SPDX-License-Identifier: Apache-2.0
// What can be answered, compared as the server compares it (cohort/questionnaire/value.cpp).
import { compareMoments, momentOf } from "./moment";

export interface Coding {
  system?: string;
  code?: string;
  display?: string;
}

export interface Quantity {
  /** In the digits that were typed. */
  value: string;
  unit?: string;
  system?: string;
  code?: string;
}

export interface Attachment {
  contentType: string;
  data: string;
  title: string;
  size: number;
}

/** A value[x]; a number is kept in its digits, so that 7.10 stays 7.10. */
export type Value =
  | {
      kind:
        | "boolean"
        | "decimal"
        | "integer"
        | "date"
        | "dateTime"
        | "time"
        | "string"
        | "uri"
        | "reference";
      text: string;
    }
  | { kind: "coding"; coding: Coding }
  | { kind: "quantity"; quantity: Quantity }
  | { kind: "attachment"; attachment: Attachment };

const decimalShape = /^(-?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/** A number as a whole number of 10^-places; exact, however many digits there are. */
function scaled(text: string): { digits: bigint; places: number } | null {
  const found = decimalShape.exec(text);
  if (!found) return null;
  const [, sign = "", whole = "", part = "", exponent = "0"] = found;
  return { digits: BigInt(`${sign}${whole}${part}`), places: part.length - Number(exponent) };
}

/** How two decimals relate: below 0, 0, above 0; null when one is none. */
export function compareDecimals(a: string, b: string): number | null {
  const left = scaled(a);
  const right = scaled(b);
  if (!left || !right) return null;
  const places = Math.max(left.places, right.places);
  const x = left.digits * 10n ** BigInt(places - left.places);
  const y = right.digits * 10n ** BigInt(places - right.places);
  return x < y ? -1 : x > y ? 1 : 0;
}

const isNumber = (value: Value): value is Extract<Value, { text: string }> =>
  value.kind === "decimal" || value.kind === "integer";
const isDay = (value: Value): value is Extract<Value, { text: string }> =>
  value.kind === "date" || value.kind === "dateTime";
const same = (a: string | undefined, b: string | undefined): boolean => (a ?? "") === (b ?? "");

/** Whether two values are one; numbers by their size, codings by their code. */
export function isEqual(a: Value, b: Value): boolean {
  if (isNumber(a) && isNumber(b)) return compareDecimals(a.text, b.text) === 0;
  if (a.kind === "coding" && b.kind === "coding")
    return same(a.coding.system, b.coding.system) && same(a.coding.code, b.coding.code);
  if (a.kind === "quantity" && b.kind === "quantity") {
    const [x, y] = [a.quantity, b.quantity];
    const sameUnit = same(x.system, y.system) && same(x.code, y.code) && same(x.unit, y.unit);
    return sameUnit && compareDecimals(x.value, y.value) === 0;
  }
  if (a.kind === "attachment" && b.kind === "attachment")
    return a.attachment.data === b.attachment.data;
  if (a.kind !== b.kind || !("text" in a) || !("text" in b)) return false;
  if (a.kind === "date" || a.kind === "dateTime" || a.kind === "time") return orderOf(a, b) === 0;
  return a.text === b.text;
}

/** How two values relate; null where it cannot be known: it fulfils nothing then. */
export function orderOf(a: Value, b: Value): number | null {
  if (isNumber(a) && isNumber(b)) return compareDecimals(a.text, b.text);
  if (a.kind === "quantity" && b.kind === "quantity") {
    const [x, y] = [a.quantity, b.quantity];
    const sameUnit =
      !x.code && !y.code ? same(x.unit, y.unit) : same(x.system, y.system) && same(x.code, y.code);
    return sameUnit ? compareDecimals(x.value, y.value) : null;
  }
  if (a.kind === "string" && b.kind === "string")
    return a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
  if (a.kind === "time" && b.kind === "time")
    return compareMoments(momentOf("time", a.text), momentOf("time", b.text));
  if (isDay(a) && isDay(b))
    return compareMoments(momentOf("dateTime", a.text), momentOf("dateTime", b.text));
  return null;
}

// SPDX-License-Identifier: Apache-2.0
// What keeps an answer from being taken, said while it can still be put right. The server has the
// last word; these are its rules as far as a phone can know them (cohort/questionnaire/check_answer.cpp).
import type { Node } from "./enable";
import type { Item } from "./form";
import { isEqual, orderOf, type Quantity, type Value } from "./value";

export type Finding =
  | "required"
  | "number"
  | "whole"
  | "date"
  | "choose-unit"
  | "low"
  | "high"
  | "places"
  | "short"
  | "long"
  | "pattern"
  | "few"
  | "many"
  | "alone"
  | "large"
  | "file-type"
  | "address";

/** A finding and the limit that it is about. */
export interface Found {
  code: Finding;
  limit?: string;
}

const placesOf = (text: string): number => text.split(/[eE]/)[0]?.split(".")[1]?.length ?? 0;

function limits(item: Item, value: Value): Found[] {
  const quantityOf = (one: Quantity | undefined): Value | undefined =>
    one && { kind: "quantity", quantity: one };
  const isQuantity = value.kind === "quantity";
  const least = isQuantity ? quantityOf(item.minQuantity) : item.minValue;
  const most = isQuantity ? quantityOf(item.maxQuantity) : item.maxValue;
  const below = least ? orderOf(value, least) : null;
  const above = most ? orderOf(value, most) : null;
  if (least && below !== null && below < 0) return [{ code: "low", limit: words(least) }];
  return most && above !== null && above > 0 ? [{ code: "high", limit: words(most) }] : [];
}

const words = (value: Value): string =>
  value.kind === "quantity"
    ? `${value.quantity.value} ${value.quantity.unit ?? value.quantity.code ?? ""}`.trim()
    : "text" in value
      ? value.text
      : "";

function lengths(item: Item, text: string): Found[] {
  const length = [...text].length;
  if (item.minLength !== undefined && length < item.minLength)
    return [{ code: "short", limit: String(item.minLength) }];
  if (item.maxLength !== undefined && length > item.maxLength)
    return [{ code: "long", limit: String(item.maxLength) }];
  return [];
}

/** Whether a text has the form asked for; a pattern that this browser cannot read is the server's. */
function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, "u").test(text);
  } catch {
    return true;
  }
}

function ofText(item: Item, text: string): Found[] {
  const found = lengths(item, text);
  if (found.length === 0 && item.pattern && !matches(item.pattern, text))
    return [{ code: "pattern" }];
  return found;
}

function ofValue(item: Item, value: Value): Found[] {
  const number =
    value.kind === "decimal" ? value.text : value.kind === "quantity" ? value.quantity.value : "";
  if (item.maxPlaces !== undefined && placesOf(number) > item.maxPlaces)
    return [{ code: "places", limit: String(item.maxPlaces) }];
  if (value.kind === "quantity" && item.units.length > 0 && !isOffered(item, value.quantity))
    return [{ code: "choose-unit" }];
  if (value.kind === "string") return ofText(item, value.text);
  if (value.kind === "uri" || value.kind === "reference")
    return /^[^\s\\"<>^`{|}]+$/.test(value.text) ? [] : [{ code: "address" }];
  if (value.kind !== "attachment") return limits(item, value);
  const { size, contentType } = value.attachment;
  if (item.maxSize !== undefined && size > item.maxSize) return [{ code: "large" }];
  const isTaken = (type: string): boolean =>
    type === contentType || (type.endsWith("/*") && contentType.startsWith(type.slice(0, -1)));
  const isWrong = item.mimeTypes.length > 0 && !item.mimeTypes.some(isTaken);
  return isWrong ? [{ code: "file-type" }] : [];
}

const isOffered = (item: Item, { system, code }: Quantity): boolean =>
  item.units.some(
    ({ value }) =>
      value.kind === "coding" && value.coding.code === code && value.coding.system === system,
  );

/** Something was typed that is no value of the item's type. */
const unreadable = (item: Item): Finding =>
  item.type === "integer"
    ? "whole"
    : item.type === "decimal" || item.type === "quantity"
      ? "number"
      : "date";

function count(item: Item, number: number): Found[] {
  if (number === 0) return item.required ? [{ code: "required" }] : [];
  if (item.minOccurs !== undefined && number < item.minOccurs)
    return [{ code: "few", limit: String(item.minOccurs) }];
  const most = item.maxOccurs ?? (item.repeats ? Infinity : 1);
  return number > most ? [{ code: "many", limit: String(most) }] : [];
}

/** The first thing wrong with the answers to one question, if anything is. */
export function check(item: Item, node: Node): Found | undefined {
  const values = node.answers.map(({ value }) => value);
  const isAlone = (value: Value): boolean =>
    item.options.some((option) => option.exclusive && isEqual(option.value, value));
  const given = values.filter((value) => value !== null);
  const found: Found[] = values.includes(null) ? [{ code: unreadable(item) }] : [];
  found.push(...given.flatMap((value) => ofValue(item, value)));
  if (given.length > 1 && given.some(isAlone)) found.push({ code: "alone" });
  return [...found, ...count(item, given.length)][0];
}

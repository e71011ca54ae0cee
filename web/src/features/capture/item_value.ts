// SPDX-License-Identifier: Apache-2.0
// A raw text read as one of ODM's data types, by the same rules as the server reads it.

type Kind = "text" | "number" | "boolean" | "moment" | "opaque";

/** A value that has its type. A partial date is the span of what it may mean. */
export interface ItemValueRead {
  kind: Kind;
  raw: string;
  number: number;
  first: number;
  last: number;
  hasZone: boolean;
}

/** What a field of this type asks for; other types take any text. */
export type Sort =
  "integer" | "number" | "date" | "partial_date" | "time" | "datetime" | "boolean" | "text";

const sorts: Record<string, Sort> = {
  integer: "integer",
  float: "number",
  double: "number",
  decimal: "number",
  date: "date",
  partialDate: "partial_date",
  time: "time",
  datetime: "datetime",
  boolean: "boolean",
};

export const sortOf = (dataType: string): Sort => sorts[dataType] ?? "text";

interface Span {
  first: number;
  last: number;
  hasZone: boolean;
}

const dayMs = 86_400_000;

function dateSpan(raw: string, isPartial: boolean): Span | undefined {
  const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(raw);
  if (!match || (!isPartial && match[3] === undefined)) return undefined;
  const year = Number(match[1]);
  const month = match[2] === undefined ? undefined : Number(match[2]);
  const day = match[3] === undefined ? undefined : Number(match[3]);
  if (month !== undefined && (month < 1 || month > 12)) return undefined;
  const at = (y: number, m: number, d: number): number => {
    const date = new Date(0);
    date.setUTCFullYear(y, m - 1, d);
    return date.getTime();
  };
  const daysIn = (m: number): number => (at(year, m + 1, 1) - at(year, m, 1)) / dayMs;
  if (month !== undefined && day !== undefined && (day < 1 || day > daysIn(month)))
    return undefined;
  const lastMonth = month ?? 12;
  return {
    first: at(year, month ?? 1, day ?? 1),
    last: at(year, lastMonth, day ?? daysIn(lastMonth)) + dayMs - 1,
    hasZone: false,
  };
}

function timeSpan(raw: string, isPartial: boolean): Span | undefined {
  const match = /^(\d{2})(?::(\d{2})(?::(\d{2})(\.\d+)?)?)?(Z|[+-]\d{2}:\d{2})?$/.exec(raw);
  if (!match || (match[2] === undefined && !isPartial)) return undefined;
  const [hour, minute, second] = [match[1], match[2], match[3]].map((part) => Number(part ?? 0));
  if ((hour ?? 0) > 23 || (minute ?? 0) > 59 || (second ?? 0) > 59) return undefined;
  const zone = match[5];
  const hours = zone && zone !== "Z" ? Number(zone.slice(1, 3)) : 0;
  const minutes = zone && zone !== "Z" ? Number(zone.slice(4, 6)) : 0;
  if (hours > 14 || minutes > 59) return undefined;
  const width = match[4] ? 1 : match[3] ? 1_000 : match[2] ? 60_000 : 3_600_000;
  const fraction = match[4] ? Math.floor(Number(match[4]) * 1000 + 1e-6) : 0;
  const offset = (zone?.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
  const first =
    (hour ?? 0) * 3_600_000 + (minute ?? 0) * 60_000 + (second ?? 0) * 1_000 + fraction - offset;
  return { first, last: first + (isPartial ? width - 1 : 0), hasZone: zone !== undefined };
}

function datetimeSpan(raw: string, isPartial: boolean): Span | undefined {
  const t = raw.indexOf("T");
  if (t < 0) return isPartial ? dateSpan(raw, true) : undefined;
  const day = dateSpan(raw.slice(0, t), false);
  const time = timeSpan(raw.slice(t + 1), isPartial);
  return (
    day &&
    time && { first: day.first + time.first, last: day.first + time.last, hasZone: time.hasZone }
  );
}

const value = (kind: Kind, raw: string, part: Partial<ItemValueRead> = {}): ItemValueRead => ({
  kind,
  raw,
  number: 0,
  first: 0,
  last: 0,
  hasZone: false,
  ...part,
});

const moment = (raw: string, span: Span | undefined): ItemValueRead | undefined =>
  span && value("moment", raw, span);

const pattern = (raw: string, shape: RegExp): ItemValueRead | undefined => {
  const number = Number(raw);
  return shape.test(raw) && Number.isFinite(number) ? value("number", raw, { number }) : undefined;
};

const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)$/;
const double = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

type Reader = (raw: string) => ItemValueRead | undefined;
const opaque: Reader = (raw) => value("opaque", raw);
const hex: Reader = (raw) => (/^([0-9a-fA-F]{2})*$/.test(raw) ? value("opaque", raw) : undefined);

const readers: Record<string, Reader> = {
  integer: (raw) => pattern(raw, /^[+-]?\d{1,18}$/),
  float: (raw) => pattern(raw, decimal),
  decimal: (raw) => pattern(raw, decimal),
  double: (raw) => pattern(raw, double),
  boolean: (raw) =>
    ["true", "false", "1", "0"].includes(raw)
      ? value("boolean", raw, { number: raw === "true" || raw === "1" ? 1 : 0 })
      : undefined,
  date: (raw) => moment(raw, dateSpan(raw, false)),
  time: (raw) => moment(raw, timeSpan(raw, false)),
  datetime: (raw) => moment(raw, datetimeSpan(raw, false)),
  partialDate: (raw) => moment(raw, dateSpan(raw, true)),
  partialTime: (raw) => moment(raw, timeSpan(raw, true)),
  partialDatetime: (raw) => moment(raw, datetimeSpan(raw, true)),
  durationDatetime: opaque,
  intervalDatetime: opaque,
  incompleteDatetime: opaque,
  incompleteDate: opaque,
  incompleteTime: opaque,
  base64Binary: opaque,
  base64Float: opaque,
  hexBinary: hex,
  hexFloat: hex,
};

/** Undefined when the text is not of the type. An unknown type is taken as text. */
export function readValue(dataType: string, raw: string): ItemValueRead | undefined {
  const reader = readers[dataType];
  return reader ? reader(raw) : value("text", raw);
}

const order = (a: number | string, b: number | string): number => (a < b ? -1 : a > b ? 1 : 0);

/** -1, 0 or 1; undefined when it cannot be known, as between a month and a day in it. */
export function compareValues(a: ItemValueRead, b: ItemValueRead): number | undefined {
  if (a.kind !== b.kind) return undefined;
  if (a.kind === "number" || a.kind === "boolean") return order(a.number, b.number);
  if (a.kind !== "moment") return order(a.raw, b.raw);
  if (a.hasZone !== b.hasZone) return undefined;
  if (a.last < b.first) return -1;
  if (a.first > b.last) return 1;
  return a.first === b.first && a.last === b.last ? 0 : undefined;
}

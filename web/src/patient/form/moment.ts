// SPDX-License-Identifier: Apache-2.0
// Dates and times of FHIR, whole or in part, as the time they may mean: 2024 is all of its days.

export interface Moment {
  earliest: number;
  latest: number;
}

const dayMs = 86_400_000;
const timeShape = /^([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d+))?$/;
const dayShape = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/;
const offsetShape = /(?:Z|([+-])(\d\d):(\d\d))$/;

function timeOf(text: string): number | null {
  const found = timeShape.exec(text);
  if (!found) return null;
  const [, hours, minutes, seconds, part = ""] = found;
  const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  return whole * 1000 + Number(part.slice(0, 3).padEnd(3, "0"));
}

function dayOf(text: string): Moment | null {
  const found = dayShape.exec(text);
  if (!found) return null;
  const [year, month, day] = found.slice(1).map((part) => (part ? Number(part) : undefined));
  if (year === undefined || (month !== undefined && (month < 1 || month > 12))) return null;
  const first = Date.UTC(year, (month ?? 1) - 1, day ?? 1);
  if (day !== undefined && new Date(first).getUTCDate() !== day) return null;
  const after = day ? first + dayMs : month ? Date.UTC(year, month, 1) : Date.UTC(year + 1, 0, 1);
  return { earliest: first, latest: after - 1 };
}

/** Null for text that is none. A dateTime may be a date; with a time it has its offset. */
export function momentOf(type: "time" | "dateTime", text: string): Moment | null {
  if (type === "time") {
    const time = timeOf(text);
    return time === null ? null : { earliest: time, latest: time };
  }
  if (!text.includes("T")) return dayOf(text);
  const day = dayOf(text.slice(0, 10));
  const offset = offsetShape.exec(text);
  const time = offset && timeOf(text.slice(11, offset.index));
  if (!day || !offset || time === null) return null;
  const minutes = Number(offset[2] ?? 0) * 60 + Number(offset[3] ?? 0);
  const at = day.earliest + time - (offset[1] === "-" ? -minutes : minutes) * 60_000;
  return { earliest: at, latest: at };
}

/** Below 0, 0, above 0; null where it cannot be known, as of 2024 and 2024-05. */
export function compareMoments(a: Moment | null, b: Moment | null): number | null {
  if (!a || !b) return null;
  if (a.latest < b.earliest) return -1;
  if (a.earliest > b.latest) return 1;
  return a.earliest === b.earliest && a.latest === b.latest ? 0 : null;
}

// SPDX-License-Identifier: Apache-2.0
// Times of day and days of the week, as people read and write them.

interface DayTime {
  hour: number;
  minute: number;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** "02:30" */
export const clockTime = ({ hour, minute }: DayTime): string => `${two(hour)}:${two(minute)}`;

/** The same backwards; nothing where it is no time of day. */
export function dayTime(text: string): DayTime | null {
  const found = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  return found ? { hour: Number(found[1]), minute: Number(found[2]) } : null;
}

export const weekdays = [1, 2, 3, 4, 5, 6, 7] as const;

/** The short name of a day of the week; Monday is 1. */
export const weekdayName = (day: number, language: string): string =>
  new Intl.DateTimeFormat(language, { weekday: "short", timeZone: "UTC" }).format(
    Date.UTC(2024, 0, day), // the year began on a Monday
  );

// SPDX-License-Identifier: Apache-2.0
import type { TFunction } from "i18next";

/** Bytes in the largest unit that leaves at least one whole: 1536 is "1.5 KiB". */
export function bytes(count: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

/** A length of time in its two largest units. */
export function span(t: TFunction, seconds: number): string {
  const parts = [
    { size: 86_400, say: (value: number) => t("time/days", { value }) },
    { size: 3_600, say: (value: number) => t("time/hours", { value }) },
    { size: 60, say: (value: number) => t("time/minutes", { value }) },
    { size: 1, say: (value: number) => t("time/seconds", { value }) },
  ];
  let rest = Math.floor(seconds);
  const said: string[] = [];
  for (const part of parts) {
    const value = Math.floor(rest / part.size);
    rest -= value * part.size;
    if (said.length < 2 && (value > 0 || said.length > 0 || part.size === 1))
      said.push(part.say(value));
  }
  return said.join(" ");
}

/** How long something has lasted: below a minute to a tenth of a second. */
export function age(t: TFunction, ms: number): string {
  if (ms < 1_000) return t("time/ms", { value: ms });
  return ms < 60_000 ? t("time/seconds", { value: (ms / 1_000).toFixed(1) }) : span(t, ms / 1_000);
}

export const count = (value: number, language: string): string =>
  new Intl.NumberFormat(language).format(value);

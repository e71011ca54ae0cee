// SPDX-License-Identifier: Apache-2.0
import type { TFunction } from "i18next";
import { expect, test } from "vitest";
import { bytes, span } from "./format";

const t = ((key: string, { value }: { value: number }) =>
  `${value}${key.slice("time/".length, "time/".length + 1)}`) as unknown as TFunction;

test("bytes are said in the largest unit that leaves at least one whole", () => {
  expect(bytes(0)).toBe("0 B");
  expect(bytes(1023)).toBe("1023 B");
  expect(bytes(1536)).toBe("1.5 KiB");
  expect(bytes(50 * 1024 * 1024)).toBe("50 MiB");
});

test("a length of time is said in its two largest units", () => {
  expect(span(t, 5)).toBe("5s");
  expect(span(t, 3_725)).toBe("1h 2m");
  expect(span(t, 90_000)).toBe("1d 1h");
  expect(span(t, 60)).toBe("1m 0s");
});

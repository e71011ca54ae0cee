// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { inZone } from "./time";

test("a moment is shown by the site's clocks, with their offset on either side of a change", () => {
  const berlin = (at: string): string => inZone(at, "Europe/Berlin").format("YYYY-MM-DD HH:mm Z");
  expect(berlin("2026-03-28T23:00:00Z")).toBe("2026-03-29 00:00 +01:00");
  expect(berlin("2026-03-29T22:00:00Z")).toBe("2026-03-30 00:00 +02:00");
  // The hour that is there twice is told apart by its offset.
  expect(berlin("2026-10-25T00:30:00Z")).toBe("2026-10-25 02:30 +02:00");
  expect(berlin("2026-10-25T01:30:00Z")).toBe("2026-10-25 02:30 +01:00");
});

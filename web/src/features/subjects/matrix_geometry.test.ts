// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { headOf, scrollTo, step, wide } from "./matrix_geometry";

const extent = { rows: 2000, columns: 30, page: 10 };

test("arrow keys walk the cells and stop at the edges", () => {
  expect(step({ row: 0, column: 0 }, "ArrowUp", false, extent)).toEqual({ row: 0, column: 0 });
  expect(step({ row: 0, column: 0 }, "ArrowLeft", false, extent)).toEqual({ row: 0, column: -1 });
  expect(step({ row: 5, column: 29 }, "ArrowRight", false, extent)).toEqual({ row: 5, column: 29 });
  expect(step({ row: 1995, column: 3 }, "PageDown", false, extent)).toEqual({
    row: 1999,
    column: 3,
  });
  expect(step({ row: 7, column: 3 }, "End", true, extent)).toEqual({ row: 1999, column: 29 });
  expect(step({ row: 7, column: 3 }, "a", false, extent)).toBeUndefined();
});

test("a cell reached by keyboard is never left under the sticky head or subject column", () => {
  const view = { top: 500, left: 400, width: 800, height: 600 };
  const above = scrollTo({ row: 3, column: 2 }, wide, view);
  expect(above).toEqual({ top: 3 * wide.row, left: 2 * wide.column });
  const below = scrollTo({ row: 40, column: 29 }, wide, view);
  expect(below.top).toBe(41 * wide.row - (600 - headOf(wide)));
  expect(below.left).toBe(30 * wide.column - (800 - wide.subject));
  expect(scrollTo({ row: 15, column: 12 }, wide, view)).toEqual({ top: 500, left: 400 });
});

// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { pagesInView, wantedPages } from "./matrix_pages";

test("scrolling within a page asks for nothing new", () => {
  const before = { first: 0, last: 0 };
  expect(pagesInView(before, 3, 40)).toBe(before);
  expect(pagesInView(before, 240, 260)).toEqual({ first: 0, last: 1 });
});

test("the pages in view and beside it are read, however far down", () => {
  expect(wantedPages({ first: 7, last: 7 }, 0, 12)).toEqual([6, 7, 8]);
  expect(wantedPages({ first: 0, last: 0 }, 0, 12)).toEqual([1]);
  expect(wantedPages({ first: 11, last: 11 }, 0, 12)).toEqual([10, 11]);
});

test("reading ahead ends with every page, and a study of one page needs none", () => {
  expect(wantedPages({ first: 0, last: 0 }, 4, 12)).toEqual([1, 2, 3]);
  expect(wantedPages({ first: 0, last: 0 }, 12, 12)).toHaveLength(11);
  expect(wantedPages({ first: 0, last: 0 }, 12, 1)).toEqual([]);
});

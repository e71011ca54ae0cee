// SPDX-License-Identifier: Apache-2.0
// Which pages of the matrix to read. Pure.

export const pageSize = 250;

export interface PageRange {
  first: number;
  last: number;
}

/** The pages that hold the rows; the range given before when they are the same, so nothing redraws. */
export function pagesInView(before: PageRange, fromRow: number, toRow: number): PageRange {
  const first = Math.floor(fromRow / pageSize);
  const last = Math.floor(toRow / pageSize);
  return before.first === first && before.last === last ? before : { first, last };
}

/** Pages to read beside page 0: those in view and their neighbours, and the first `ahead` of all. */
export function wantedPages(inView: PageRange, ahead: number, pages: number): number[] {
  const isNear = (page: number): boolean => page >= inView.first - 1 && page <= inView.last + 1;
  return Array.from({ length: Math.max(0, pages - 1) }, (_, index) => index + 1).filter(
    (page) => isNear(page) || page < ahead,
  );
}

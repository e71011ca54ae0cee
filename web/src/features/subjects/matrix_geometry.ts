// SPDX-License-Identifier: Apache-2.0
// Sizes of the matrix in CSS pixels, and where the keyboard goes.

export interface Geometry {
  row: number;
  column: number;
  subject: number;
  eventHead: number;
  formHead: number;
}

export const wide: Geometry = { row: 38, column: 42, subject: 168, eventHead: 30, formHead: 164 };
export const narrow: Geometry = { row: 44, column: 44, subject: 108, eventHead: 30, formHead: 112 };

export const headOf = (geometry: Geometry): number => geometry.eventHead + geometry.formHead;

/** Column -1 is the subject itself. */
export interface Place {
  row: number;
  column: number;
}

export interface Extent {
  rows: number;
  columns: number;
  page: number;
}

/** The cell a key leads to; undefined for keys that do not move. */
export function step(
  from: Place,
  key: string,
  isControl: boolean,
  extent: Extent,
): Place | undefined {
  const clamp = (place: Place): Place => ({
    row: Math.max(0, Math.min(extent.rows - 1, place.row)),
    column: Math.max(-1, Math.min(extent.columns - 1, place.column)),
  });
  const moves: Record<string, Place> = {
    ArrowUp: { row: from.row - 1, column: from.column },
    ArrowDown: { row: from.row + 1, column: from.column },
    ArrowLeft: { row: from.row, column: from.column - 1 },
    ArrowRight: { row: from.row, column: from.column + 1 },
    PageUp: { row: from.row - extent.page, column: from.column },
    PageDown: { row: from.row + extent.page, column: from.column },
    Home: { row: isControl ? 0 : from.row, column: -1 },
    End: { row: isControl ? extent.rows - 1 : from.row, column: extent.columns - 1 },
  };
  const to = moves[key];
  return to && clamp(to);
}

/** How far to scroll so that a cell is not under the sticky head or the subject column. */
export function scrollTo(
  place: Place,
  geometry: Geometry,
  view: { top: number; left: number; width: number; height: number },
): { top: number; left: number } {
  const fit = (start: number, size: number, position: number, room: number): number =>
    start < position ? start : start + size > position + room ? start + size - room : position;
  const top = fit(place.row * geometry.row, geometry.row, view.top, view.height - headOf(geometry));
  const left =
    place.column < 0
      ? 0
      : fit(
          place.column * geometry.column,
          geometry.column,
          view.left,
          view.width - geometry.subject,
        );
  return { top, left };
}

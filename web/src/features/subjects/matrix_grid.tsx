// SPDX-License-Identifier: Apache-2.0
// A grid of our own: only the cells in view exist, the head and the subject column stay in sight,
// one element has the focus and names the active cell, so nothing is lost when rows come and go.
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  useCallback,
  useEffect,
  useId,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent,
} from "react";
import { useTranslation } from "react-i18next";
import type { MatrixCell, MatrixColumn, MatrixRow } from "@/api";
import { MatrixHead, type ColumnTexts } from "./matrix_head";
import { headOf, scrollTo, step, type Geometry, type Place } from "./matrix_geometry";
import { MatrixLine } from "./matrix_line";
import { MatrixTip } from "./matrix_tip";

export interface GridProps {
  columns: MatrixColumn[];
  texts: ColumnTexts[];
  total: number;
  row: (index: number) => MatrixRow | undefined;
  siteName: (site: string) => string;
  geometry: Geometry;
  mayEnter: (row: MatrixRow) => boolean;
  onRange: (from: number, to: number) => void;
  onSubject: (row: MatrixRow) => void;
  onCell: (row: MatrixRow, column: MatrixColumn, cell: MatrixCell) => void;
}

interface Pointed {
  place: Place;
  box: DOMRect;
}

export function MatrixGrid(props: GridProps) {
  const { columns, texts, total, row, geometry, onRange } = props;
  const { t } = useTranslation();
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<Place>({ row: 0, column: 0 });
  const [pointed, setPointed] = useState<Pointed | null>(null);

  const rows = useVirtualizer({
    count: total,
    getScrollElement: () => box.current,
    estimateSize: () => geometry.row,
    scrollMargin: 0,
    overscan: 8,
  });
  const across = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => box.current,
    estimateSize: () => geometry.column,
    overscan: 6,
  });
  const shown = rows.getVirtualItems();
  const columnsShown = across.getVirtualItems();
  const from = shown[0]?.index ?? 0;
  const to = shown.at(-1)?.index ?? 0;
  useEffect(() => onRange(from, to), [from, to, onRange]);
  useEffect(() => {
    rows.measure();
    across.measure();
  }, [geometry, rows, across]);

  const here: Place = {
    row: Math.min(active.row, Math.max(0, total - 1)),
    column: Math.min(active.column, columns.length - 1),
  };
  const idOf = useCallback((row: number, column: number) => `${id}-${row}-${column}`, [id]);
  const cellId = (place: Place): string => idOf(place.row, place.column);

  const open = (place: Place): void => {
    const entry = row(place.row);
    if (!entry) return;
    if (place.column < 0) {
      props.onSubject(entry);
      return;
    }
    const column = columns[place.column];
    const cell = entry.cells[place.column];
    if (column && cell) props.onCell(entry, column, cell);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const element = box.current;
    if (!element) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      open(here);
      return;
    }
    if (event.key === "Escape") setPointed(null);
    const page = Math.max(
      1,
      Math.floor((element.clientHeight - headOf(geometry)) / geometry.row) - 1,
    );
    const next = step(here, event.key, event.ctrlKey, {
      rows: total,
      columns: columns.length,
      page,
    });
    if (!next) return;
    event.preventDefault();
    setActive(next);
    const { top, left } = scrollTo(next, geometry, {
      top: element.scrollTop,
      left: element.scrollLeft,
      width: element.clientWidth,
      height: element.clientHeight,
    });
    element.scrollTo({ top, left });
    requestAnimationFrame(() => {
      const cell = document.getElementById(cellId(next));
      setPointed(
        cell && next.column >= 0 ? { place: next, box: cell.getBoundingClientRect() } : null,
      );
    });
  };

  const placeOf = (event: MouseEvent): { place: Place; element: HTMLElement } | null => {
    const element = (event.target as Element).closest<HTMLElement>("[data-column]");
    if (!element) return null;
    return {
      element,
      place: { row: Number(element.dataset.row), column: Number(element.dataset.column) },
    };
  };

  const onMouseOver = (event: MouseEvent): void => {
    const found = placeOf(event);
    setPointed(
      found && found.place.column >= 0
        ? { place: found.place, box: found.element.getBoundingClientRect() }
        : null,
    );
  };

  const pointedRow = pointed ? row(pointed.place.row) : undefined;
  const width = geometry.subject + columns.length * geometry.column;
  return (
    <>
      <p id={`${id}-keys`} className="only-read">
        {t("matrix/keys")}
      </p>
      <div
        ref={box}
        className="matrix"
        role="grid"
        tabIndex={0}
        aria-label={t("matrix/grid")}
        aria-describedby={`${id}-keys`}
        aria-rowcount={total + 1}
        aria-colcount={columns.length + 1}
        aria-activedescendant={cellId(here)}
        style={{
          height: `clamp(320px, calc(100dvh - 250px), ${headOf(geometry) + total * geometry.row + 18}px)`,
        }}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          const found = placeOf(event);
          if (!found) return;
          setActive(found.place);
          open(found.place);
        }}
        onMouseOver={onMouseOver}
        onMouseLeave={() => setPointed(null)}
        onScroll={() => setPointed(null)}
        onBlur={() => setPointed(null)}
      >
        <div
          className="matrix-canvas"
          role="presentation"
          style={{ width, height: headOf(geometry) + rows.getTotalSize() }}
        >
          <MatrixHead
            columns={columns}
            texts={texts}
            shown={columnsShown}
            geometry={geometry}
            width={width}
          />
          {shown.map(({ index, start }) => {
            const entry = row(index);
            return (
              <MatrixLine
                key={index}
                entry={entry}
                index={index}
                top={headOf(geometry) + start}
                width={width}
                first={columnsShown[0]?.index ?? 0}
                last={columnsShown.at(-1)?.index ?? -1}
                active={here.row === index ? here.column : undefined}
                mayEnter={entry !== undefined && props.mayEnter(entry)}
                site={entry ? props.siteName(entry.subject.site) : ""}
                texts={texts}
                geometry={geometry}
                idOf={idOf}
              />
            );
          })}
        </div>
      </div>
      {pointed && pointedRow && (
        <MatrixTip
          row={pointedRow}
          column={pointed.place.column}
          columns={columns}
          texts={texts}
          box={pointed.box}
          mayEnter={props.mayEnter(pointedRow)}
        />
      )}
    </>
  );
}

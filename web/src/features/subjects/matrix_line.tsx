// SPDX-License-Identifier: Apache-2.0
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { MatrixCell, MatrixRow } from "@/api";
import { word } from "@/i18n/word";
import { Glyph } from "./glyph";
import type { Geometry } from "./matrix_geometry";
import type { ColumnTexts } from "./matrix_head";

interface MatrixLineProps {
  /** Undefined while the row is being read. */
  entry: MatrixRow | undefined;
  index: number;
  top: number;
  width: number;
  /** The columns in view. */
  first: number;
  last: number;
  /** The column of the active cell, -1 for the subject; undefined when it is in another row. */
  active: number | undefined;
  mayEnter: boolean;
  site: string;
  texts: ColumnTexts[];
  geometry: Geometry;
  idOf: (row: number, column: number) => string;
}

/** One subject's row. Drawn again only when something in it changes: scrolling moves many. */
export const MatrixLine = memo(function MatrixLine(props: MatrixLineProps) {
  const { entry, index, geometry, active } = props;
  const { t } = useTranslation();
  const style = { top: props.top, height: geometry.row, width: props.width };
  return (
    <div role="row" aria-rowindex={index + 2} className="matrix-row" style={style}>
      <div
        id={props.idOf(index, -1)}
        role="rowheader"
        aria-colindex={1}
        data-row={index}
        data-column={-1}
        className={`matrix-subject ${active === -1 ? "active" : ""}`}
        style={{ width: geometry.subject }}
      >
        {entry ? (
          <>
            <b>{entry.subject.key}</b>
            <small>{props.site}</small>
          </>
        ) : (
          <span className="only-read">{t("matrix/rowMissing")}</span>
        )}
      </div>
      {entry ? (
        entry.cells
          .slice(props.first, props.last + 1)
          .map((cell, offset) => (
            <Cell
              key={props.first + offset}
              line={props}
              entry={entry}
              cell={cell}
              column={props.first + offset}
            />
          ))
      ) : (
        <div role="gridcell" className="matrix-waiting" />
      )}
    </div>
  );
});

interface CellProps {
  line: MatrixLineProps;
  entry: MatrixRow;
  cell: MatrixCell;
  column: number;
}

function Cell({ line, entry, cell, column }: CellProps) {
  const { t, i18n } = useTranslation();
  const { texts, geometry, index } = line;
  const label = t("matrix/cell", {
    subject: entry.subject.key,
    visit: texts[column]?.visit ?? "",
    form: texts[column]?.form ?? "",
    state: word(i18n, "state", cell.state),
  });
  const classes = [
    "matrix-cell",
    texts[column]?.starts ? "starts" : "",
    line.active === column ? "active" : "",
    !cell.form_id && !line.mayEnter ? "shut" : "",
  ];
  return (
    <div
      id={line.idOf(index, column)}
      role="gridcell"
      aria-colindex={column + 2}
      aria-label={label}
      data-row={index}
      data-column={column}
      className={classes.join(" ")}
      style={{
        left: geometry.subject + column * geometry.column,
        width: geometry.column,
        height: geometry.row,
      }}
    >
      <Glyph state={cell.state} />
    </div>
  );
}

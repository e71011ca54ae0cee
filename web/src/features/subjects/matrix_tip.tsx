// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { MatrixColumn, MatrixRow } from "@/api";
import type { ColumnTexts } from "./matrix_head";
import { StateTag } from "./glyph";

interface TipProps {
  row: MatrixRow;
  column: number;
  columns: MatrixColumn[];
  texts: ColumnTexts[];
  box: DOMRect;
  mayEnter: boolean;
}

/** What a cell means, beside the cell. It takes no pointer and no focus: the cell has its own label. */
export function MatrixTip({ row, column, columns, texts, box, mayEnter }: TipProps) {
  const { t } = useTranslation();
  const cell = row.cells[column];
  if (!cell) return null;
  const isLow = box.bottom > window.innerHeight - 150;
  const isFar = box.left > window.innerWidth - 300;
  return (
    <div
      className="matrix-tip"
      aria-hidden="true"
      style={{
        ...(isLow ? { bottom: window.innerHeight - box.top + 6 } : { top: box.bottom + 6 }),
        ...(isFar ? { right: window.innerWidth - box.right } : { left: box.left }),
      }}
    >
      <div>
        <StateTag state={cell.state} />
        {cell.due && cell.state !== "complete" && (
          <span> · {t("matrix/dueOn", { date: cell.due.slice(0, 10) })}</span>
        )}
        {!columns[column]?.mandatory && <span> · {t("matrix/optional")}</span>}
      </div>
      <div>
        {row.subject.key} · {texts[column]?.visit}
      </div>
      <div>{texts[column]?.form}</div>
      {!cell.form_id && !mayEnter && <div>{t("matrix/noRight")}</div>}
    </div>
  );
}

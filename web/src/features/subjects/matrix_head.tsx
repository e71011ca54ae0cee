// SPDX-License-Identifier: Apache-2.0
import type { VirtualItem } from "@tanstack/react-virtual";
import { useTranslation } from "react-i18next";
import type { MatrixColumn } from "@/api";
import { headOf, type Geometry } from "./matrix_geometry";

export interface ColumnTexts {
  visit: string;
  form: string;
  /** The first column of its visit. */
  starts: boolean;
}

interface HeadProps {
  columns: MatrixColumn[];
  texts: ColumnTexts[];
  shown: VirtualItem[];
  geometry: Geometry;
  width: number;
}

interface Span {
  start: number;
  length: number;
  text: string;
}

function spansOf(texts: ColumnTexts[]): Span[] {
  const spans: Span[] = [];
  texts.forEach((text, index) => {
    const last = spans.at(-1);
    if (last && !text.starts) last.length += 1;
    else spans.push({ start: index, length: 1, text: text.visit });
  });
  return spans;
}

export function MatrixHead({ columns, texts, shown, geometry, width }: HeadProps) {
  const { t } = useTranslation();
  return (
    <div
      className="matrix-head"
      role="row"
      aria-rowindex={1}
      style={{ height: headOf(geometry), width }}
    >
      <div
        className="matrix-corner"
        role="columnheader"
        aria-colindex={1}
        style={{ width: geometry.subject }}
      >
        {t("matrix/subject")}
      </div>
      {spansOf(texts).map((span) => (
        <div
          key={span.start}
          aria-hidden="true"
          className="matrix-event"
          title={span.text}
          style={{
            left: geometry.subject + span.start * geometry.column,
            width: span.length * geometry.column,
            height: geometry.eventHead,
          }}
        >
          <span style={{ left: geometry.subject }}>{span.text}</span>
        </div>
      ))}
      {shown.map(({ index, start }) => {
        const text = texts[index];
        const isLatin = !/\p{Script=Han}/u.test(text?.form ?? "");
        return (
          <div
            key={`${columns[index]?.event}-${index}`}
            role="columnheader"
            aria-colindex={index + 2}
            aria-label={`${text?.visit}, ${text?.form}`}
            title={text?.form}
            className={`matrix-form ${isLatin ? "latin" : ""} ${text?.starts ? "starts" : ""}`}
            style={{
              left: geometry.subject + start,
              top: geometry.eventHead,
              width: geometry.column,
              height: geometry.formHead,
            }}
          >
            <span>{text?.form}</span>
          </div>
        );
      })}
    </div>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { dayInWords, usePatientTexts } from "../use_patient_texts";
import type { Trend } from "./trend";

const width = 320;
const height = 150;
const edge = 28;

/** A line of the values in their order; the list below it has the same in words. */
export function TrendPicture({ trend: { name, points } }: { trend: Trend }) {
  const { t, i18n } = usePatientTexts();
  const values = points.map(({ value }) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const x = (index: number): number => edge + (index * (width - 2 * edge)) / (points.length - 1);
  const y = (value: number): number =>
    most === least
      ? height / 2
      : height - edge - ((value - least) * (height - 2 * edge)) / (most - least);
  const label = t("history/trend", {
    name,
    first: points[0]?.text ?? "",
    last: points.at(-1)?.text ?? "",
  });
  return (
    <figure className="trend">
      <figcaption>{name}</figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
        <polyline points={points.map(({ value }, index) => `${x(index)},${y(value)}`).join(" ")} />
        {points.map(({ at, value, text }, index) => (
          <g key={`${at}${index}`}>
            <title>{dayInWords(at, i18n.language)}</title>
            <circle cx={x(index)} cy={y(value)} r="5" />
            <text x={x(index)} y={y(value) - 10}>
              {text}
            </text>
          </g>
        ))}
      </svg>
    </figure>
  );
}

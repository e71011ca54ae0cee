// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { JobThroughput } from "@/api";
import { Time } from "@/frame/time";
import { count, span } from "../system/format";

const [width, height] = [600, 96];

/** How much was done when. The columns add up to what is done; the table has the same numbers. */
export function Throughput({ throughput }: { throughput: JobThroughput }) {
  const { t, i18n } = useTranslation();
  const { from, step_ms: step, done } = throughput;
  if (!from) return null;
  const most = Math.max(1, ...done);
  // A short job gets no columns as wide as the page.
  const column = width / Math.max(12, done.length);
  const all = done.reduce((sum, items) => sum + items, 0);
  const label = t("jobs/picture", {
    items: count(all, i18n.language),
    step: span(t, step / 1_000),
  });
  return (
    <figure className="throughput">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
        data-done={all}
      >
        <line x1="0" x2={width} y1={height - 0.5} y2={height - 0.5} stroke="#c8d0da" />
        {done.map((items, index) => {
          const tall = (items / most) * (height - 6);
          return (
            <rect
              key={index}
              x={index * column + column * 0.1}
              y={height - 1 - tall}
              width={column * 0.8}
              height={tall}
              fill="#2a6f2e"
            />
          );
        })}
      </svg>
      <figcaption className="soft">{label}</figcaption>
      <details>
        <summary>{t("system/table")}</summary>
        <table className="people">
          <thead>
            <tr>
              <th scope="col">{t("jobs/from")}</th>
              <th scope="col">{t("jobs/doneThen")}</th>
            </tr>
          </thead>
          <tbody>
            {done.map((items, index) => (
              <tr key={index}>
                <th scope="row">
                  <Time at={Date.parse(from) + index * step} />
                </th>
                <td>{count(items, i18n.language)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

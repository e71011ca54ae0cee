// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { JobCounts } from "@/api";
import { word } from "@/i18n/word";
import { count } from "../system/format";
import { StackedBar } from "../system/pictures";
import "../system/system.css";

const colours: [keyof JobCounts, string][] = [
  ["done", "#2a6f2e"],
  ["in_flight", "#0b5fc0"],
  ["failed", "#b3261e"],
  ["unknown", "#b45f00"],
  ["skipped", "#8792a2"],
  ["pending", "#d3dae3"],
];

/** Where the items of a job are: the parts of the bar add up to all of them. */
export function Counts({ counts }: { counts: JobCounts }) {
  const { t, i18n } = useTranslation();
  const parts = colours
    .filter(([state]) => counts[state] > 0 || state === "done")
    .map(([state, colour]) => ({
      key: state,
      value: counts[state],
      colour,
      label: t("app/labelled", {
        name: word(i18n, "itemState", state),
        value: count(counts[state], i18n.language),
      }),
    }));
  return (
    <StackedBar
      parts={parts}
      label={t("jobs/of", {
        done: count(counts.done, i18n.language),
        total: count(counts.total, i18n.language),
      })}
    />
  );
}

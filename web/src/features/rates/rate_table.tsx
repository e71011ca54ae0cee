// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { OccasionState, OccasionTally, RatedPlan, ResponseRate, Site } from "@/api";
import { word } from "@/i18n/word";
import { count } from "../system/format";
import { percentOf } from "./percent";
import type { Behind } from "./use_rate_view";

const columns = ["late", "missed", "open", "on_time", "answered_late", "excused"] as const;

interface RateTableProps {
  rows: ResponseRate[];
  plans: RatedPlan[];
  sites: Site[];
  onOpen: (behind: Behind) => void;
}

export function RateTable({ rows, plans, sites, onOpen }: RateTableProps) {
  const { t, i18n } = useTranslation();
  const siteName = (id: string): string => sites.find((one) => one.id === id)?.name ?? id;
  return (
    // Where it is too wide for the screen it is scrolled in its box, by keys too.
    <section className="panel-card rate-box" tabIndex={0} aria-label={t("rates/table")}>
      <table className="rates">
        <thead>
          <tr>
            <th scope="col">{t("rates/where")}</th>
            <th scope="col">{t("rates/rate")}</th>
            {columns.map((state) => (
              <th key={state} scope="col" className="rate-number">
                {word(i18n, "occasionState", state)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ site, plan, number, tally }) => {
            const its = plans.find((one) => one.id === plan);
            const name = t("rates/occasion", {
              name: its?.name ?? "",
              number,
              times: its?.times ?? number,
            });
            const open = (state: OccasionState | "") => onOpen({ site, plan, number, state });
            return (
              <tr key={`${site}.${plan}.${number}`} data-row={`${site}.${plan}.${number}`}>
                <th scope="row">
                  {siteName(site)}
                  <small>
                    {name}
                    {its?.ended && ` · ${t("rates/ended")}`}
                  </small>
                </th>
                <td>
                  <RateCell tally={tally} onOpen={() => open("")} />
                </td>
                {columns.map((state) => (
                  <td key={state} className="rate-number" data-state={state}>
                    <Figure
                      value={tally[state]}
                      label={`${siteName(site)}, ${name}, ${word(i18n, "occasionState", state)}`}
                      onOpen={() => open(state)}
                    />
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** A number that leads to the rows behind it; nought leads nowhere. */
function Figure({ value, label, onOpen }: { value: number; label: string; onOpen: () => void }) {
  const { i18n } = useTranslation();
  const shown = count(value, i18n.language);
  if (value === 0) return <span className="soft">{shown}</span>;
  return (
    <button
      type="button"
      className="number-link"
      aria-label={`${label}: ${shown}`}
      onClick={onOpen}
    >
      {shown}
    </button>
  );
}

/** The rate with what it is a rate of, and a bar that says the same. */
function RateCell({ tally, onOpen }: { tally: OccasionTally; onOpen: () => void }) {
  const { t, i18n } = useTranslation();
  const percent = percentOf(tally);
  if (percent === null) return <span className="soft">{t("rates/notDue")}</span>;
  const number = (value: number): string => count(value, i18n.language);
  return (
    <div className="rate" data-answered={tally.answered} data-due={tally.due}>
      <button type="button" className="number-link" onClick={onOpen}>
        {t("rates/of", { percent, answered: number(tally.answered), due: number(tally.due) })}
      </button>
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect width="100" height="6" className="rate-due" />
        <rect width={(100 * tally.answered) / tally.due} height="6" className="rate-answered" />
      </svg>
    </div>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { AnalysisTally, Job, SiteAnalysis } from "@/api";
import { Time } from "@/frame/time";
import { count } from "../system/format";
import { isOver } from "./run";

const tallies = ["forms", "responses", "rows", "values"] as const;
type Counted = (typeof tallies)[number];

interface SiteTableProps {
  study: string;
  sites: SiteAnalysis[];
  /** The newest; a site it failed for has the tables of one before. */
  run: Job | null;
}

/** Each site's tables: when they were made, what is in them and what is not, and the files. */
export function SiteTable({ study, sites, run }: SiteTableProps) {
  const { t } = useTranslation();
  return (
    <section className="panel-card site-tables">
      <h2>{t("tables/files")}</h2>
      <p className="soft">{t("tables/filesHint")}</p>
      {/* Where it is too wide for the screen it is scrolled in its box, by keys too. */}
      <div className="site-tables-box" tabIndex={0} role="region" aria-label={t("tables/files")}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("tables/site")}</th>
              <th scope="col">{t("tables/made")}</th>
              {tallies.map((what) => (
                <th key={what} scope="col" className="number">
                  {t(`tables/${what}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sites.map((site) => (
              <tr key={site.site} data-site={site.oid}>
                <th scope="row">
                  {site.name}
                  <small>{site.oid}</small>
                </th>
                <SiteCells study={study} site={site} run={run} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

interface SiteCellsProps {
  study: string;
  site: SiteAnalysis;
  run: Job | null;
}

function SiteCells({ study, site, run }: SiteCellsProps) {
  const { t } = useTranslation();
  const { counts, made_at: madeAt } = site;
  if (!counts || !madeAt)
    return (
      <td colSpan={1 + tallies.length} className="soft">
        {t("tables/notMade")}
      </td>
    );
  return (
    <>
      <td>
        <Time at={madeAt} format="minute" />
        {run && isOver(run) && run.id !== site.job && (
          <small className="site-tables-older">{t("tables/older")}</small>
        )}
        <Button
          size="small"
          href={`/api/v1/studies/${study}/sites/${site.site}/analysis.zip`}
          download={`${site.oid}.zip`}
          aria-label={t("tables/fetchOf", { site: site.name })}
        >
          {t("tables/fetch")}
        </Button>
      </td>
      {tallies.map((what) => (
        <TallyCell
          key={what}
          what={what}
          tally={counts[what]}
          open={what === "forms" ? counts.forms.open : 0}
        />
      ))}
    </>
  );
}

/** What is in the tables; below it what of that kind is not. */
function TallyCell({ what, tally, open }: { what: Counted; tally: AnalysisTally; open: number }) {
  const { t, i18n } = useTranslation();
  const number = (value: number): string => count(value, i18n.language);
  return (
    <td className="number" data-tally={what} data-structured={tally.structured}>
      {number(tally.structured)}
      {tally.left_out > 0 && (
        <small className="site-tables-out">
          {t("tables/leftOut", { number: number(tally.left_out) })}
        </small>
      )}
      {open > 0 && <small>{t("tables/open", { number: number(open) })}</small>}
    </td>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Site, SiteReports } from "@/api";
import { Time } from "@/frame/time";
import { word } from "@/i18n/word";
import { siteOf } from "@/study/use_study";
import { count } from "../system/format";
import { standings } from "./standings";

interface ReceiverTableProps {
  rows: SiteReports[];
  sites: Site[];
  mayBuild: (site: string) => boolean;
  onSet: (site: string) => void;
}

export function ReceiverTable({ rows, sites, mayBuild, onSet }: ReceiverTableProps) {
  const { t, i18n } = useTranslation();
  const nameOf = (site: string): string => siteOf(sites, site)?.name ?? site;
  const sorted = rows.toSorted((one, other) =>
    nameOf(one.site).localeCompare(nameOf(other.site), i18n.language),
  );
  return (
    // Where it is too wide for the screen it is scrolled in its box, by keys too.
    <section className="panel-card receiver-box" tabIndex={0} aria-label={t("push/table")}>
      <table className="receivers">
        <thead>
          <tr>
            <th scope="col">{t("push/site")}</th>
            {standings.map((standing) => (
              <th key={standing} scope="col" className="receiver-number">
                {word(i18n, "standing", standing)}
              </th>
            ))}
            <th scope="col">{t("push/receiver")}</th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <tr key={row.site} data-site={row.site}>
              <th scope="row">{nameOf(row.site)}</th>
              {standings.map((standing) => (
                <td key={standing} className="receiver-number" data-standing={standing}>
                  {count(row[standing], i18n.language)}
                </td>
              ))}
              <td>
                <Where reports={row} />
                {mayBuild(row.site) && (
                  <Button
                    size="small"
                    aria-label={t(row.receiver ? "push/changeAt" : "push/setAt", {
                      site: nameOf(row.site),
                    })}
                    onClick={() => onSet(row.site)}
                  >
                    {t(row.receiver ? "push/change" : "push/set")}
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Where({ reports: { receiver } }: { reports: SiteReports }) {
  const { t } = useTranslation();
  if (!receiver) return <span className="receiver-url soft">{t("push/none")}</span>;
  return (
    <span className="receiver-url">
      {receiver.url}
      <small>
        {!receiver.enabled && <strong>{t("push/off")} · </strong>}
        <Time at={receiver.changed_at} />
      </small>
    </span>
  );
}

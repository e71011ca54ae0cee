// SPDX-License-Identifier: Apache-2.0
// To which answers of patients somebody is called, for whoever is on call.
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import type { PatientAlert, Study } from "@/api";
import { listPatientAlerts, mostAlerts } from "@/api/alerts";
import { EmptyState, Loading, Page } from "@/frame/page";
import { ProblemPanel } from "@/frame/problem_panel";
import { Time } from "@/frame/time";
import { may, useSession } from "@/session/session";
import { siteOf, useStudy } from "@/study/use_study";
import { Patience } from "./patience";
import { Steps } from "./steps";
import { TakeDialog } from "./take_dialog";
import { useWaited } from "./waited";
import "./alerts.css";
import "./texts";

const lookAgainMs = 5_000;

export function AlertsPage() {
  const { study = "" } = useParams();
  const { t } = useTranslation();
  const session = useSession();
  if (!may(session, "form.view", { study }))
    return (
      <Page title={t("alerts/title")}>
        <EmptyState title={t("alerts/noRight")} hint={t("alerts/noRightHint")} />
      </Page>
    );
  return <OpenAlerts study={study} />;
}

function OpenAlerts({ study }: { study: string }) {
  const { t } = useTranslation();
  const info = useStudy(study);
  const [taking, setTaking] = useState<PatientAlert | null>(null);
  const alerts = useQuery({
    queryKey: ["alerts", study],
    queryFn: ({ signal }) => listPatientAlerts(study, { signal }),
    refetchInterval: lookAgainMs,
  });
  const list = alerts.data ?? [];
  return (
    <Page
      title={t("alerts/title")}
      above={info.data?.name}
      lead={list.length > 0 && <Lead count={list.length} />}
    >
      {alerts.error && <ProblemPanel error={alerts.error} onRetry={() => void alerts.refetch()} />}
      {alerts.isPending && <Loading />}
      {alerts.isSuccess && list.length === 0 && (
        <EmptyState title={t("alerts/empty")} hint={t("alerts/emptyHint")} />
      )}
      <Patience study={study} />
      {list.length > 0 && <p className="soft">{t("alerts/hint")}</p>}
      <ul className="alerts">
        {list.map((alert) => (
          <li
            key={alert.id}
            className={alert.exhausted ? "panel-card alert-exhausted" : "panel-card"}
            data-alert={alert.id}
          >
            <Line alert={alert} sites={info.data?.sites} onTake={() => setTaking(alert)} />
          </li>
        ))}
      </ul>
      {taking && <TakeDialog alert={taking} onClose={() => setTaking(null)} />}
    </Page>
  );
}

// A full page may not be all.
function Lead({ count }: { count: number }) {
  const { t } = useTranslation();
  return t(count < mostAlerts ? "alerts/lead" : "alerts/leadFull", { count });
}

interface LineProps {
  alert: PatientAlert;
  sites: Study["sites"] | undefined;
  onTake: () => void;
}

function Line({ alert, sites, onTake }: LineProps) {
  const { t } = useTranslation();
  const session = useSession();
  const waited = useWaited();
  const site = siteOf(sites, alert.site);
  const place = { study: alert.study, site: alert.site };
  return (
    <>
      <div>
        <h2>{alert.rule}</h2>
        <p>
          {site && <>{site.name} · </>}
          {t("alerts/raised")} <Time at={alert.raised_at} zone={site?.time_zone} format="minute" />
          {" · "}
          {t("alerts/waited", { time: waited(alert.waited_seconds) })}
        </p>
        {alert.exhausted && <p className="alert-alarm">{t("alerts/exhausted")}</p>}
        {alert.overdue && !alert.exhausted && (
          <p className="alert-overdue">{t("alerts/overdue")}</p>
        )}
        <Steps alert={alert} zone={site?.time_zone} />
        <p>
          <Link to={`/responses/${alert.response}`}>{t("alerts/look")}</Link> ·{" "}
          <Link to={`/studies/${alert.study}/subjects/${alert.subject}`}>
            {t("alerts/subject", { subject: alert.subject_key })}
          </Link>
        </p>
      </div>
      {may(session, "form.edit", place) && (
        <Button
          type="primary"
          onClick={onTake}
          aria-label={t("alerts/takeAt", {
            rule: alert.rule,
            subject: alert.subject_key,
            site: site?.name ?? "",
          })}
        >
          {t("alerts/take")}
        </Button>
      )}
    </>
  );
}

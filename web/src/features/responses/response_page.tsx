// SPDX-License-Identifier: Apache-2.0
// One submission of a patient: where the link in a doctor's mail leads.
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { readResponse, type PatientResponse } from "@/api";
import { Loading, Page } from "@/frame/page";
import { ProblemPanel } from "@/frame/problem_panel";
import { Time } from "@/frame/time";
import { siteOf, useStudy } from "@/study/use_study";
import { Answers } from "./answers";
import { Report } from "./report";
import "./texts";
import "./responses.css";

export function ResponsePage() {
  const { response: id = "" } = useParams();
  const { t } = useTranslation();
  const response = useQuery({
    queryKey: ["response", id],
    queryFn: ({ signal }) => readResponse(id, { signal }),
  });
  const data = response.data;
  return (
    <Page
      title={data?.title || t("responses/one")}
      above={
        data && (
          <Link to={`/studies/${data.study}/subjects/${data.subject}/responses`}>
            {t("responses/title")}
          </Link>
        )
      }
      lead={data && <Lead response={data} />}
    >
      {response.error && (
        <ProblemPanel error={response.error} onRetry={() => void response.refetch()} />
      )}
      {response.isPending && <Loading />}
      {data && (
        <div className="response">
          <Card title={t("responses/alerts")}>
            <Alerts response={data} />
          </Card>
          <Card title={t("responses/answers")}>
            <Answers response={id} />
          </Card>
          <Card title={t("responses/scores")}>
            <Scores response={data} />
          </Card>
          <Card title={t("responses/report")}>
            <Report response={id} />
          </Card>
        </div>
      )}
    </Page>
  );
}

function Lead({ response }: { response: PatientResponse }) {
  const { t } = useTranslation();
  const info = useStudy(response.study);
  const site = siteOf(info.data?.sites, response.site);
  return (
    <>
      {site && <>{site.name} · </>}
      {t("responses/version", { version: response.version })} ·{" "}
      <Time at={response.received_at} zone={site?.time_zone} />{" "}
      {response.late && t("responses/late")}
    </>
  );
}

function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="panel-card">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Scores({ response }: { response: PatientResponse }) {
  const { t } = useTranslation();
  if (response.scores.length === 0) return <p className="soft">{t("responses/noScores")}</p>;
  return (
    <dl className="response-facts">
      {response.scores.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value ?? t("responses/noValue")}</dd>
        </div>
      ))}
    </dl>
  );
}

function Alerts({ response }: { response: PatientResponse }) {
  const { t } = useTranslation();
  if (response.alerts.length === 0) return <p className="soft">{t("responses/noAlerts")}</p>;
  return (
    <ul className="response-alerts">
      {response.alerts.map((alert) => (
        <li key={alert.id}>
          <strong>{alert.rule}</strong>{" "}
          {alert.acknowledged_at ? (
            <>
              {t("responses/taken")} <Time at={alert.acknowledged_at} /> {alert.note}
            </>
          ) : (
            t("responses/open")
          )}
        </li>
      ))}
    </ul>
  );
}

// SPDX-License-Identifier: Apache-2.0
// One job: where its items are, how fast they go, what did not end well, and what was made.
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { listStudies, readJob, type JobReport } from "@/api";
import { Loading, Page } from "@/frame/page";
import { ProblemPanel } from "@/frame/problem_panel";
import { Time } from "@/frame/time";
import { word } from "@/i18n/word";
import { may, useSession, type Where } from "@/session/session";
import { count } from "../system/format";
import { Commands, PaceForm } from "./commands";
import { Counts } from "./counts";
import { Results, Troubles } from "./items";
import { Pace } from "./pace";
import { Parts } from "./parts";
import { StateTag } from "./state_tag";
import { Throughput } from "./throughput";
import { useReadAgain } from "./use_read_again";
import "./texts";
import "./jobs.css";

export function JobPage() {
  const { job: id = "" } = useParams();
  const { t, i18n } = useTranslation();
  const session = useSession();
  const job = useQuery({
    queryKey: ["job", id],
    queryFn: ({ signal }) => readJob(id, { signal }),
  });
  useReadAgain(`/api/v1/jobs/${id}/changes`, () => job.refetch());
  const report = job.data;
  const where = report ? whereOf(report) : {};
  const maySteer = may(session, "job.steer", where);
  return (
    <Page
      title={report ? word(i18n, "jobKind", report.kind) : t("jobs/one")}
      above={<Link to="/jobs">{t("jobs/title")}</Link>}
      lead={report && <Lead job={report} />}
      action={report && maySteer && <Commands job={report} />}
    >
      {job.error && <ProblemPanel error={job.error} onRetry={() => void job.refetch()} />}
      {job.isPending && <Loading rows={8} />}
      {report && (
        <div className="job">
          <Progress job={report} />
          <Card title={t("jobs/speed")}>
            <p>
              <Pace job={report} />
            </p>
            <Throughput throughput={report.throughput} />
          </Card>
          {maySteer && report.ended_at === null && (
            <Card title={t("jobs/bounds")}>
              <p className="soft">{t("jobs/boundsHint")}</p>
              <PaceForm key={`${report.rate} ${report.most}`} job={report} />
            </Card>
          )}
          <Card title={t("jobs/troubles")}>
            <Troubles job={report} maySteer={maySteer} />
          </Card>
          {report.parent === null && <Parts job={report} />}
          {report.results > 0 && (
            <Card title={t("jobs/results", { number: count(report.results, i18n.language) })}>
              <p className="soft">{t("jobs/resultsHint")}</p>
              <Results job={report} />
            </Card>
          )}
        </div>
      )}
    </Page>
  );
}

const whereOf = ({ study, site }: JobReport): Where => ({
  ...(study ? { study } : {}),
  ...(site ? { site } : {}),
});

function Lead({ job }: { job: JobReport }) {
  const { t } = useTranslation();
  const studies = useQuery({ queryKey: ["studies"], queryFn: listStudies });
  const study = studies.data?.find((one) => one.id === job.study);
  return (
    <>
      <StateTag state={job.state} /> {study && <>{study.name} · </>}
      {t("jobs/startedBy", { name: job.created_by.name })} · <Time at={job.created_at} />
      {job.cancelled_by && <> · {t("jobs/cancelledBy", { name: job.cancelled_by.name })}</>}
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

function Progress({ job }: { job: JobReport }) {
  const { t, i18n } = useTranslation();
  const { counts } = job;
  const figures = (
    ["done", "in_flight", "pending", "failed", "unknown", "skipped", "total"] as const
  ).map((state) => ({ state, items: counts[state] }));
  return (
    <Card title={t("jobs/progress")}>
      <dl className="figures">
        {figures.map(({ state, items }) => (
          <div key={state}>
            <dt>{word(i18n, "itemState", state)}</dt>
            <dd data-testid={`count-${state}`} data-items={items}>
              {count(items, i18n.language)}
            </dd>
          </div>
        ))}
      </dl>
      <Counts counts={counts} />
      {!job.items_kept && <p className="soft">{t("jobs/notKept")}</p>}
    </Card>
  );
}

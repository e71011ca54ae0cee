// SPDX-License-Identifier: Apache-2.0
// Tables for analysis of a study: the run that makes them, when it starts by itself, and each site's
// files.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { listJobs, type Job, type SiteAnalysis } from "@/api";
import { listAnalyses } from "@/api/analyses";
import { EmptyState, Loading, Page } from "@/frame/page";
import { ProblemPanel } from "@/frame/problem_panel";
import { Time } from "@/frame/time";
import { may, mayEverywhere, useSession } from "@/session/session";
import { useStudy } from "@/study/use_study";
import { Counts } from "../jobs/counts";
import { Pace } from "../jobs/pace";
import { StateTag } from "../jobs/state_tag";
import { useReadAgain } from "../jobs/use_read_again";
import "../jobs/jobs.css";
import "../jobs/texts";
import { Schedules } from "../schedules/schedules";
import { isOver, kind, runKey } from "./run";
import { SiteTable } from "./site_table";
import { StartButton } from "./start_button";
import "./tables.css";
import "./texts";

export function TablesPage() {
  const { study = "" } = useParams();
  const { t } = useTranslation();
  const session = useSession();
  if (!may(session, "export.run", { study }))
    return (
      <Page title={t("tables/title")}>
        <EmptyState title={t("tables/noRight")} hint={t("tables/noRightHint")} />
      </Page>
    );
  return <Tables study={study} />;
}

/** The newest run of the study; nothing where the person may not see jobs. */
function useRun(study: string, maySee: boolean) {
  return useQuery({
    queryKey: runKey(study),
    queryFn: async ({ signal }) =>
      (await listJobs({ study, kind, limit: 1 }, { signal })).jobs[0] ?? null,
    enabled: maySee,
  });
}

function Tables({ study }: { study: string }) {
  const { t } = useTranslation();
  const session = useSession();
  const info = useStudy(study);
  const maySeeJobs = may(session, "job.view", { study });
  const run = useRun(study, maySeeJobs);
  const sites = useQuery({
    // What a run has made is read when it is over.
    queryKey: ["analyses", study, run.data?.ended_at ?? null],
    queryFn: ({ signal }) => listAnalyses(study, { signal }),
    enabled: !run.isLoading,
    placeholderData: keepPreviousData,
  });
  return (
    <Page
      title={t("tables/title")}
      above={info.data?.name}
      lead={sites.data && <Lead sites={sites.data} />}
      action={
        mayEverywhere(session, "export.run", study) && (
          <StartButton study={study} isUnderWay={!!run.data && !isOver(run.data)} />
        )
      }
    >
      <div className="job">
        {run.error && <ProblemPanel error={run.error} onRetry={() => void run.refetch()} />}
        {maySeeJobs && <Run run={run.data ?? null} onChange={() => run.refetch()} />}
        <Schedules study={study} kind="analysis" none={t("tables/noSchedule")} />
        {sites.error && <ProblemPanel error={sites.error} onRetry={() => void sites.refetch()} />}
        {sites.isPending && <Loading rows={8} />}
        {sites.data?.length === 0 && (
          <EmptyState title={t("tables/noSite")} hint={t("tables/noSiteHint")} />
        )}
        {sites.data && sites.data.length > 0 && (
          <SiteTable study={study} sites={sites.data} run={run.data ?? null} />
        )}
      </div>
    </Page>
  );
}

/** How many sites have tables, in one sentence. */
function Lead({ sites }: { sites: SiteAnalysis[] }) {
  const { t } = useTranslation();
  const made = sites.filter((site) => site.made_at !== null).length;
  return (
    <span data-testid="tables-lead" data-made={made}>
      {made === 0 ? t("tables/nothingYet") : t("tables/lead", { made, count: sites.length })}
    </span>
  );
}

/** The newest run, which is followed; one that begins while nobody asked for it shows itself. */
function Run({ run, onChange }: { run: Job | null; onChange: () => Promise<unknown> }) {
  const { t } = useTranslation();
  useReadAgain("/api/v1/jobs/changes", onChange);
  if (!run) return null;
  return (
    <section className="panel-card" data-testid="run">
      <div className="job-line">
        <h2>
          <Link to={`/jobs/${run.id}`}>{t("tables/run")}</Link>
        </h2>
        <StateTag state={run.state} />
      </div>
      <p className="soft">
        {t("jobs/startedBy", { name: run.created_by.name })} · <Time at={run.created_at} />
      </p>
      <Counts counts={run.counts} />
      <p className="job-pace">
        <Pace job={run} />
      </p>
    </section>
  );
}

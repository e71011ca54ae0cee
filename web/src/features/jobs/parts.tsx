// SPDX-License-Identifier: Apache-2.0
// The parts of a job, each a job of its own at one site.
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { listJobs, type Job, type JobReport } from "@/api";
import { ProblemPanel } from "@/frame/problem_panel";
import { siteOf, useStudy } from "@/study/use_study";
import { Counts } from "./counts";
import { StateTag } from "./state_tag";

const shown = 200;

export function Parts({ job }: { job: JobReport }) {
  const { t } = useTranslation();
  const parts = useQuery({
    queryKey: ["parts", job.id, job.version],
    queryFn: ({ signal }) => listJobs({ parent: job.id, limit: shown }, { signal }),
    placeholderData: (before) => before,
  });
  if (parts.error) return <ProblemPanel error={parts.error} onRetry={() => void parts.refetch()} />;
  if (!parts.data || parts.data.total === 0) return null;
  return (
    <section className="panel-card">
      <h2>{t("jobs/parts", { count: parts.data.total })}</h2>
      <ul className="jobs">
        {parts.data.jobs.map((part) => (
          <li key={part.id}>
            <Part part={part} />
          </li>
        ))}
      </ul>
      {parts.data.total > shown && <p className="soft">{t("jobs/partsFirst", { count: shown })}</p>}
    </section>
  );
}

function Part({ part }: { part: Job }) {
  const { t } = useTranslation();
  const study = useStudy(part.study ?? "");
  const site = siteOf(study.data?.sites, part.site ?? "");
  return (
    <>
      <div className="job-line">
        <Link to={`/jobs/${part.id}`}>{site?.name ?? t("jobs/one")}</Link>
        <StateTag state={part.state} />
      </div>
      <Counts counts={part.counts} />
    </>
  );
}

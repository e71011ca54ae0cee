// SPDX-License-Identifier: Apache-2.0
// What runs, waits and ran: the jobs that the person may see, newest first.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Segmented } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { listJobs, listStudies, type Job } from "@/api";
import { EmptyState, Loading, Page } from "@/frame/page";
import { ProblemPanel } from "@/frame/problem_panel";
import { Time } from "@/frame/time";
import { word } from "@/i18n/word";
import { may, useSession } from "@/session/session";
import { Counts } from "./counts";
import { NewExportDialog } from "./new_export";
import { Pace } from "./pace";
import { StateTag } from "./state_tag";
import { useReadAgain } from "./use_read_again";
import "./texts";
import "./jobs.css";

const pageSize = 20;
const filters = ["all", "live", "over"] as const;
type Filter = (typeof filters)[number];

export function JobsPage() {
  const { t } = useTranslation();
  const session = useSession();
  const [search, setSearch] = useSearchParams();
  const [isStarting, setStarting] = useState(false);
  const filter = filters.find((one) => one === search.get("state")) ?? "all";
  const page = Math.max(1, Number(search.get("page")) || 1);
  const jobs = useQuery({
    queryKey: ["jobs", filter, page],
    queryFn: ({ signal }) =>
      listJobs(
        {
          ...(filter === "all" ? {} : { state: filter }),
          offset: (page - 1) * pageSize,
          limit: pageSize,
        },
        { signal },
      ),
    placeholderData: keepPreviousData,
  });
  useReadAgain("/api/v1/jobs/changes", () => jobs.refetch());
  const show = (state: Filter, wanted = 1) =>
    setSearch({
      ...(state === "all" ? {} : { state }),
      ...(wanted === 1 ? {} : { page: String(wanted) }),
    });
  const total = jobs.data?.total ?? 0;
  return (
    <Page
      title={t("jobs/title")}
      lead={jobs.data && t("jobs/lead", { count: total })}
      action={
        may(session, "export.run") && (
          <Button type="primary" onClick={() => setStarting(true)}>
            {t("jobs/newExport")}
          </Button>
        )
      }
    >
      <Segmented
        className="jobs-filter"
        aria-label={t("jobs/show")}
        value={filter}
        options={filters.map((one) => ({ value: one, label: t(`jobs/filter/${one}`) }))}
        onChange={(chosen) => show(chosen)}
      />
      {jobs.error && <ProblemPanel error={jobs.error} onRetry={() => void jobs.refetch()} />}
      {jobs.isPending && <Loading />}
      {jobs.data && total === 0 && (
        <EmptyState title={t("jobs/empty")} hint={t("jobs/emptyHint")} />
      )}
      <ul className="jobs">
        {jobs.data?.jobs.map((job) => (
          <li key={job.id} className="panel-card">
            <JobCard job={job} />
          </li>
        ))}
      </ul>
      {total > pageSize && (
        <nav className="job-commands" aria-label={t("jobs/pages")}>
          <Button disabled={page === 1} onClick={() => show(filter, page - 1)}>
            {t("jobs/newer")}
          </Button>
          <Button disabled={page * pageSize >= total} onClick={() => show(filter, page + 1)}>
            {t("jobs/older")}
          </Button>
        </nav>
      )}
      <NewExportDialog open={isStarting} onClose={() => setStarting(false)} />
    </Page>
  );
}

function JobCard({ job }: { job: Job }) {
  const { t, i18n } = useTranslation();
  const studies = useQuery({ queryKey: ["studies"], queryFn: listStudies });
  const study = studies.data?.find((one) => one.id === job.study);
  return (
    <>
      <div className="job-line">
        <h2>
          <Link to={`/jobs/${job.id}`}>{word(i18n, "jobKind", job.kind)}</Link>
        </h2>
        <StateTag state={job.state} />
      </div>
      <p className="soft">
        {study && <>{study.name} · </>}
        {t("jobs/startedBy", { name: job.created_by.name })} · <Time at={job.created_at} />
      </p>
      <Counts counts={job.counts} />
      <p className="job-pace">
        <Pace job={job} />
      </p>
    </>
  );
}

// SPDX-License-Identifier: Apache-2.0
// Items of a job by where they are: what failed with its reason, and what was made.
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import {
  listItems,
  redriveJob,
  type JobItem,
  type JobReason,
  type JobReport,
  type Redrive,
} from "@/api";
import { Loading } from "@/frame/page";
import { ProblemPanel } from "@/frame/problem_panel";
import { Time } from "@/frame/time";
import { word } from "@/i18n/word";
import { count } from "../system/format";
import { useCommand } from "./commands";

const pageSize = 50;

function useItems(job: JobReport, state: "done" | JobReason["state"], code?: string) {
  // Read anew when their number has changed, not with every other item.
  const number = job.reasons.find((one) => one.state === state && one.code === code)?.items;
  return useInfiniteQuery({
    queryKey: ["job", job.id, "items", state, code, state === "done" ? job.results : number],
    queryFn: ({ pageParam, signal }) =>
      listItems(job.id, { state, code, after: pageParam, limit: pageSize }, { signal }),
    initialPageParam: 0,
    placeholderData: keepPreviousData,
    getNextPageParam: (last) =>
      last.length < pageSize ? undefined : (last.at(-1)?.number ?? undefined),
  });
}

/** Why items did not end well, each reason with its items and the way to try them again. */
export function Troubles({ job, maySteer }: { job: JobReport; maySteer: boolean }) {
  const { t } = useTranslation();
  const again = useCommand<Redrive>(job.id, (which, key) => redriveJob(job.id, which, key));
  if (job.reasons.length === 0) return <p className="soft">{t("jobs/noTrouble")}</p>;
  return (
    <>
      {job.reasons.map((reason) => (
        <Trouble
          key={`${reason.state} ${reason.code}`}
          job={job}
          reason={reason}
          onAgain={
            maySteer && reason.state !== "skipped" && job.items_kept
              ? (item) => again.mutate(redriveOf(reason, item))
              : undefined
          }
        />
      ))}
    </>
  );
}

const redriveOf = ({ state, code }: JobReason, item?: number): Redrive => ({
  state: state === "unknown" ? "unknown" : "failed",
  ...(item === undefined ? { code } : { item }),
});

interface TroubleProps {
  job: JobReport;
  reason: JobReason;
  onAgain: ((item?: number) => void) | undefined;
}

function Trouble({ job, reason, onAgain }: TroubleProps) {
  const { t, i18n } = useTranslation();
  const items = useItems(job, reason.state, reason.code);
  const list = items.data?.pages.flat() ?? [];
  const title = `${word(i18n, "itemState", reason.state)}: ${word(i18n, "jobCode", reason.code)}`;
  return (
    <section className="trouble" aria-label={title} data-testid={`reason-${reason.code}`}>
      <div className="job-line">
        <h3>
          {title} <span className="trouble-count">{count(reason.items, i18n.language)}</span>
        </h3>
        {onAgain && (
          <Button size="small" onClick={() => onAgain()}>
            {t("jobs/againAll", { count: reason.items })}
          </Button>
        )}
      </div>
      {onAgain && reason.state === "unknown" && <p className="soft">{t("jobs/againUnknown")}</p>}
      {items.error && <ProblemPanel error={items.error} onRetry={() => void items.refetch()} />}
      {items.isPending && job.items_kept && <Loading rows={2} />}
      <ul className="items">
        {list.map((item) => (
          <li key={item.number}>
            <ItemName item={item} />
            <span>{item.reason}</span>
            <span className="soft">
              {t("jobs/attempts", { count: item.attempts })} · <Time at={item.at} />
            </span>
            {onAgain && (
              <Button
                size="small"
                type="link"
                aria-label={t("jobs/againOne", { name: item.name || item.number })}
                onClick={() => onAgain(item.number)}
              >
                {t("jobs/again")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {items.hasNextPage && (
        <Button size="small" onClick={() => void items.fetchNextPage()}>
          {t("jobs/more")}
        </Button>
      )}
    </section>
  );
}

function ItemName({ item }: { item: JobItem }) {
  const { t } = useTranslation();
  return <strong>{item.name || t("jobs/item", { number: item.number })}</strong>;
}

/** What the job made, to be fetched. */
export function Results({ job }: { job: JobReport }) {
  const { t } = useTranslation();
  const items = useItems(job, "done");
  const list = items.data?.pages.flat() ?? [];
  return (
    <>
      {items.error && <ProblemPanel error={items.error} onRetry={() => void items.refetch()} />}
      <ul className="results">
        {list.map((item) => (
          <li key={item.number}>
            <a href={`/api/v1/jobs/${job.id}/items/${item.number}/result`} download>
              {item.name || t("jobs/item", { number: item.number })}
            </a>
          </li>
        ))}
      </ul>
      {items.hasNextPage && (
        <Button size="small" onClick={() => void items.fetchNextPage()}>
          {t("jobs/more")}
        </Button>
      )}
    </>
  );
}

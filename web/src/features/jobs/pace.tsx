// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { Job } from "@/api";
import { Time } from "@/frame/time";
import { count, span } from "../system/format";

/** How fast it goes and when it will be over; of one that is over, how long it took. */
export function Pace({ job }: { job: Job }) {
  const { t, i18n } = useTranslation();
  if (job.started_at && job.ended_at) {
    const seconds = (Date.parse(job.ended_at) - Date.parse(job.started_at)) / 1_000;
    return <>{t("jobs/took", { time: span(t, Math.max(1, seconds)) })}</>;
  }
  const rate = t("jobs/rate", { rate: count(Math.round(job.done_a_minute), i18n.language) });
  if (!job.eta) return <>{job.started_at ? rate : t("jobs/notStarted")}</>;
  return (
    <>
      {rate} · {t("jobs/eta")} <Time at={job.eta} />
    </>
  );
}

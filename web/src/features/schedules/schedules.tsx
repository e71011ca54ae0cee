// SPDX-License-Identifier: Apache-2.0
// When a job starts by itself: the times, what came of each last, and a way to add and to remove.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Popconfirm } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { asProblem, type Firing } from "@/api";
import {
  listSchedules,
  scheduleRight,
  stopSchedule,
  type JobSchedule,
  type ScheduledKind,
} from "@/api/schedules";
import { Loading } from "@/frame/page";
import { ProblemPanel, problemText } from "@/frame/problem_panel";
import { useSay } from "@/frame/say";
import { Time } from "@/frame/time";
import { word } from "@/i18n/word";
import { mayEverywhere, useSession } from "@/session/session";
import { ScheduleDialog } from "./schedule_dialog";
import { clockTime, weekdayName } from "./times";
import "./schedules.css";
import "./texts";

/** A time that has come shows what it started without anybody asking. */
const followEvery = 30_000;

interface SchedulesProps {
  study: string;
  kind: ScheduledKind;
  /** What is so while there is no time. */
  none: string;
}

/** A card of the page of a kind of job; nothing for whoever may not start it for the whole study. */
export function Schedules({ study, kind, none }: SchedulesProps) {
  const { t } = useTranslation();
  const session = useSession();
  const [isAdding, setAdding] = useState(false);
  const maySet = mayEverywhere(session, scheduleRight(kind), study);
  const schedules = useQuery({
    queryKey: ["schedules", study, kind],
    queryFn: ({ signal }) => listSchedules(kind, study, { signal }),
    enabled: maySet,
    refetchInterval: followEvery,
  });
  if (!maySet) return null;
  return (
    <section className="panel-card schedules" aria-label={t("schedules/list")}>
      <div className="schedules-head">
        <h2>{t("schedules/title")}</h2>
        <Button onClick={() => setAdding(true)}>{t("schedules/add")}</Button>
      </div>
      {schedules.error && (
        <ProblemPanel error={schedules.error} onRetry={() => void schedules.refetch()} />
      )}
      {schedules.isPending && <Loading rows={1} />}
      {schedules.data?.length === 0 && <p className="soft">{none}</p>}
      {schedules.data && schedules.data.length > 0 && (
        <ul>
          {schedules.data.map((schedule) => (
            <ScheduleLine key={schedule.id} study={study} kind={kind} schedule={schedule} />
          ))}
        </ul>
      )}
      {isAdding && <ScheduleDialog study={study} kind={kind} onClose={() => setAdding(false)} />}
    </section>
  );
}

interface ScheduleProps {
  study: string;
  kind: ScheduledKind;
  schedule: JobSchedule;
}

function ScheduleLine({ study, kind, schedule }: ScheduleProps) {
  const { t, i18n } = useTranslation();
  const { name, time_zone: zone, weekdays, next, firings } = schedule;
  const days =
    weekdays.length === 7
      ? t("schedules/everyDay")
      : weekdays.map((day) => weekdayName(day, i18n.language)).join(t("schedules/between"));
  const [last] = firings;
  return (
    <li data-schedule={schedule.id}>
      <div>
        <strong>{name}</strong>{" "}
        <span>{t("schedules/when", { time: clockTime(schedule), days, zone })}</span>
        <p className="soft">
          {next && (
            <>
              {t("schedules/next")} <Time at={next} zone={zone} format="minute" />
            </>
          )}
          {last && (
            <>
              {next && " · "}
              <Last firing={last} zone={zone} />
            </>
          )}
        </p>
      </div>
      <RemoveButton study={study} kind={kind} schedule={schedule} />
    </li>
  );
}

function Last({ firing, zone }: { firing: Firing; zone: string }) {
  const { t, i18n } = useTranslation();
  return (
    <>
      {t("schedules/last")} <Time at={firing.due} zone={zone} format="minute" />
      {", "}
      {firing.job ? (
        <Link to={`/jobs/${firing.job}`}>{t("schedules/itsRun")}</Link>
      ) : (
        word(i18n, "jobCode", firing.code)
      )}
    </>
  );
}

function RemoveButton({ study, kind, schedule }: ScheduleProps) {
  const { t } = useTranslation();
  const say = useSay();
  const client = useQueryClient();
  const removing = useMutation({
    mutationFn: () => stopSchedule(kind, study, schedule.id),
    onSuccess: () => client.invalidateQueries({ queryKey: ["schedules", study, kind] }),
    onError: (error) => {
      const problem = asProblem(error);
      say.error((words) => `${problemText(words, problem)} ${words("problem/unchanged")}`);
    },
  });
  return (
    <Popconfirm
      title={t("schedules/removeTitle", { name: schedule.name })}
      description={t("schedules/removeLead")}
      okText={t("schedules/remove")}
      cancelText={t("app/cancel")}
      onConfirm={() => removing.mutate()}
    >
      <Button
        size="small"
        loading={removing.isPending}
        aria-label={t("schedules/removeOne", { name: schedule.name })}
      >
        {t("schedules/remove")}
      </Button>
    </Popconfirm>
  );
}

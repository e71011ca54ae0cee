// SPDX-License-Identifier: Apache-2.0
// When a subject was, is and will be asked, by the clocks of the subject's site.
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { listSubjectTasks, readSubject, type OccasionState, type PatientTask } from "@/api";
import { EmptyState, Loading, Page } from "@/frame/page";
import { ProblemPanel } from "@/frame/problem_panel";
import { Time } from "@/frame/time";
import { may, useSession } from "@/session/session";
import { siteOf, useStudy } from "@/study/use_study";
import { followEvery } from "./follow";
import { OccasionTag } from "./occasion_tag";
import { PauseSwitch, PausedNote } from "./pause_switch";
import "./rates.css";
import "./texts";

export function SchedulePage() {
  const { study = "", subject = "" } = useParams();
  const { t } = useTranslation();
  const session = useSession();
  const info = useStudy(study);
  const detail = useQuery({
    queryKey: ["subject", subject],
    queryFn: ({ signal }) => readSubject(subject, { signal }),
  });
  const tasks = useQuery({
    queryKey: ["tasks", subject],
    queryFn: ({ signal }) => listSubjectTasks(subject, { signal }),
    refetchInterval: followEvery,
  });
  const site = detail.data && siteOf(info.data?.sites, detail.data.site);
  const error = detail.error ?? tasks.error;
  return (
    <Page
      title={
        detail.data ? t("schedule/title", { key: detail.data.key }) : t("schedule/questionnaires")
      }
      above={
        <Link to={`/studies/${study}/subjects/${subject}`}>
          {detail.data ? t("subject/title", { key: detail.data.key }) : t("matrix/subject")}
        </Link>
      }
      lead={site && t("schedule/clocks", { site: site.name, zone: site.time_zone })}
      action={
        tasks.data &&
        may(session, "study.build", { study }) && (
          <PauseSwitch study={study} isPaused={tasks.data.paused} />
        )
      }
    >
      {tasks.data?.paused && <PausedNote />}
      {error && (
        <ProblemPanel
          error={error}
          onRetry={() => {
            void detail.refetch();
            void tasks.refetch();
          }}
        />
      )}
      {!error && (tasks.isPending || detail.isPending) && <Loading rows={8} />}
      {tasks.data?.tasks.length === 0 && (
        <EmptyState title={t("schedule/empty")} hint={t("schedule/emptyHint")} />
      )}
      {tasks.data && tasks.data.tasks.length > 0 && (
        <Windows tasks={tasks.data.tasks} zone={site?.time_zone} />
      )}
    </Page>
  );
}

const stateOf = ({ state, answered_late }: PatientTask): OccasionState =>
  state === "done" ? (answered_late ? "answered_late" : "on_time") : state;

function Windows({ tasks, zone }: { tasks: PatientTask[]; zone: string | undefined }) {
  const { t } = useTranslation();
  const time = (at: string) => <Time at={at} zone={zone} format="minute" />;
  return (
    <section className="panel-card rate-box" tabIndex={0} aria-label={t("schedule/questionnaires")}>
      <table className="rates">
        <thead>
          <tr>
            <th scope="col">{t("rates/questionnaire")}</th>
            <th scope="col">{t("matrix/state")}</th>
            <th scope="col">{t("schedule/opens")}</th>
            <th scope="col">{t("schedule/due")}</th>
            <th scope="col">{t("schedule/closes")}</th>
            <th scope="col">{t("schedule/answered")}</th>
          </tr>
        </thead>
        <tbody>
          {tasks.map((task) => (
            <tr key={`${task.plan}.${task.number}`} data-task={`${task.plan}.${task.number}`}>
              <th scope="row">
                {task.name}
                <small>{t("schedule/number", { number: task.number, day: task.day })}</small>
              </th>
              <td>
                <OccasionTag state={stateOf(task)} />
              </td>
              <td>{time(task.opens_at)}</td>
              <td>{time(task.due_at)}</td>
              <td>{time(task.closes_at)}</td>
              <td>{task.answered_at ? time(task.answered_at) : t("app/none")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

// SPDX-License-Identifier: Apache-2.0
// Where each site's reports are pushed to, and how many of them are where.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { listReportReceivers, type SiteReports } from "@/api";
import { EmptyState, Loading, Page } from "@/frame/page";
import { ProblemPanel } from "@/frame/problem_panel";
import { may, useSession } from "@/session/session";
import { siteOf, useStudy } from "@/study/use_study";
import { useReadAgain } from "../jobs/use_read_again";
import { Schedules } from "../schedules/schedules";
import { count } from "../system/format";
import { PushNow } from "./push_now";
import { ReceiverDialog } from "./receiver_dialog";
import { ReceiverTable } from "./receiver_table";
import type { Standing } from "./standings";
import "./push.css";
import "./texts";

export function PushPage() {
  const { study = "" } = useParams();
  const { t } = useTranslation();
  const session = useSession();
  if (!may(session, "job.view", { study }))
    return (
      <Page title={t("push/title")}>
        <EmptyState title={t("push/noRight")} hint={t("push/noRightHint")} />
      </Page>
    );
  return <Receivers study={study} />;
}

function Receivers({ study }: { study: string }) {
  const { t } = useTranslation();
  const session = useSession();
  const info = useStudy(study);
  const [setting, setSetting] = useState("");
  const receivers = useQuery({
    queryKey: ["receivers", study],
    queryFn: ({ signal }) => listReportReceivers(study, { signal }),
  });
  // Reports move with the jobs that push them.
  useReadAgain("/api/v1/jobs/changes", () => receivers.refetch());
  const sites = info.data?.sites;
  const mayBuild = (site: string) => may(session, "study.build", { study, site });
  const chosen = receivers.data?.find(({ site }) => site === setting);
  return (
    <Page
      title={t("push/title")}
      above={info.data?.name}
      lead={receivers.data && <Lead sites={receivers.data} />}
      action={may(session, "job.steer", { study }) && <PushNow study={study} />}
    >
      <p className="soft">{t("push/nowHint")}</p>
      {receivers.error && (
        <ProblemPanel error={receivers.error} onRetry={() => void receivers.refetch()} />
      )}
      {receivers.isPending && <Loading rows={8} />}
      {receivers.data && (
        <ReceiverTable
          rows={receivers.data}
          sites={sites ?? []}
          mayBuild={mayBuild}
          onSet={setSetting}
        />
      )}
      <Schedules study={study} kind="push" none={t("push/noSchedule")} />
      {chosen && (
        <ReceiverDialog
          key={chosen.site}
          study={study}
          name={siteOf(sites, chosen.site)?.name ?? ""}
          reports={chosen}
          onClose={() => setSetting("")}
        />
      )}
    </Page>
  );
}

function Lead({ sites }: { sites: SiteReports[] }) {
  const { t, i18n } = useTranslation();
  const sum = (standing: Standing) =>
    count(
      sites.reduce((sum, site) => sum + site[standing], 0),
      i18n.language,
    );
  const sums = {
    waiting: sum("waiting"),
    unknown: sum("unknown"),
    acknowledged: sum("acknowledged"),
    refused: sum("refused"),
  };
  return <span data-testid="push-lead">{t("push/lead", sums)}</span>;
}

// SPDX-License-Identifier: Apache-2.0
// What a subject has submitted, the newest first.
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { listResponses, readSubject, type PatientResponse } from "@/api";
import { EmptyState, Loading, Page } from "@/frame/page";
import { ProblemPanel } from "@/frame/problem_panel";
import { Time } from "@/frame/time";
import { siteOf, useStudy } from "@/study/use_study";
import "./texts";
import "./responses.css";

export function ResponsesPage() {
  const { study = "", subject = "" } = useParams();
  const { t } = useTranslation();
  const info = useStudy(study);
  const detail = useQuery({
    queryKey: ["subject", subject],
    queryFn: ({ signal }) => readSubject(subject, { signal }),
  });
  const responses = useQuery({
    queryKey: ["responses", subject],
    queryFn: ({ signal }) => listResponses(subject, { signal }),
  });
  const key = detail.data?.key;
  const zone = siteOf(info.data?.sites, detail.data?.site ?? "")?.time_zone;
  return (
    <Page
      title={t("responses/title")}
      above={
        <Link to={`/studies/${study}/subjects/${subject}`}>
          {key ? t("subject/title", { key }) : t("matrix/subject")}
        </Link>
      }
    >
      {responses.error && (
        <ProblemPanel error={responses.error} onRetry={() => void responses.refetch()} />
      )}
      {responses.isPending && <Loading />}
      {responses.data?.length === 0 && (
        <EmptyState title={t("responses/empty")} hint={t("responses/emptyHint")} />
      )}
      <ul className="responses">
        {responses.data?.toReversed().map((one) => (
          <li key={one.id} className="panel-card">
            <Line response={one} zone={zone} />
          </li>
        ))}
      </ul>
    </Page>
  );
}

function Line({ response, zone }: { response: PatientResponse; zone: string | undefined }) {
  const { t } = useTranslation();
  const scores = response.scores.map(({ name, value }) =>
    t("app/labelled", { name, value: value ?? t("app/none") }),
  );
  return (
    <>
      <h2>
        <Link to={`/responses/${response.id}`}>{response.title || t("responses/one")}</Link>
      </h2>
      <p className="soft">
        <Time at={response.received_at} zone={zone} /> {response.late && t("responses/late")}
      </p>
      {scores.length > 0 && <p>{scores.join(" · ")}</p>}
      {response.alerts.length > 0 && (
        <p className="responses-alert">
          {t("responses/raised", { rules: response.alerts.map(({ rule }) => rule).join(", ") })}
        </p>
      )}
    </>
  );
}

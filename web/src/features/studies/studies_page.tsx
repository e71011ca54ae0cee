// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { listStudies, type StudySummary } from "@/api";
import { EmptyState, Loading, Page } from "@/frame/page";
import { ProblemPanel } from "@/frame/problem_panel";
import "./studies.css";

export function StudiesPage() {
  const { t } = useTranslation();
  const studies = useQuery({ queryKey: ["studies"], queryFn: listStudies });
  const list = studies.data;
  return (
    <Page
      title={t("studies/title")}
      lead={list && list.length > 0 ? t("studies/lead", { count: list.length }) : undefined}
    >
      {studies.error && (
        <ProblemPanel error={studies.error} onRetry={() => void studies.refetch()} />
      )}
      {studies.isPending && <Loading />}
      {list?.length === 0 && (
        <EmptyState title={t("studies/empty")} hint={t("studies/emptyHint")} />
      )}
      <ul className="studies">
        {list?.map((study) => (
          <li key={study.id} className="panel-card">
            <StudyCard study={study} />
          </li>
        ))}
      </ul>
    </Page>
  );
}

function StudyCard({ study }: { study: StudySummary }) {
  const { t } = useTranslation();
  return (
    <>
      <h2>
        <Link to={`/studies/${study.id}`}>{study.name}</Link>
      </h2>
      {study.description && <p className="soft">{study.description}</p>}
      <dl>
        <div>
          <dt>{t("studies/protocol")}</dt>
          <dd>{study.protocol || study.oid}</dd>
        </div>
        <div>
          <dt>{t("studies/version")}</dt>
          <dd>{study.metadata_version}</dd>
        </div>
      </dl>
      <p className="studies-counts">
        <span>{t("studies/sites", { count: study.sites })}</span>
        <Link to={`/studies/${study.id}`}>{t("studies/subjects", { count: study.subjects })}</Link>
        <Link to={`/studies/${study.id}?state=complete`}>
          {t("studies/formsComplete", { count: study.forms_complete })}
        </Link>
      </p>
    </>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { readSubject, type SubjectDetail } from "@/api";
import { EmptyState, Loading, Page } from "@/frame/page";
import { ProblemPanel } from "@/frame/problem_panel";
import { may, useSession } from "@/session/session";
import type { StudyModel } from "@/study/model";
import { siteOf, useStudy, useStudyModel } from "@/study/use_study";
import { InvitePatient } from "./invite_patient";
import { VisitCard, visitCardId } from "./visit_card";
import { nextVisit, withAdded } from "./visits";
import "./subjects.css";

export function SubjectPage() {
  const { study = "", subject = "" } = useParams();
  const { t } = useTranslation();
  const info = useStudy(study);
  const { model, error: definitionError, retry } = useStudyModel(study);
  const detail = useQuery({
    queryKey: ["subject", subject],
    queryFn: ({ signal }) => readSubject(subject, { signal }),
  });
  const error = detail.error ?? definitionError;
  const site = detail.data && siteOf(info.data?.sites, detail.data.site);
  const enrolled = detail.data?.enrolled_on;
  const session = useSession();
  const mayHere = (permission: string) =>
    detail.data && may(session, permission, { study, site: detail.data.site });
  return (
    <Page
      title={detail.data ? t("subject/title", { key: detail.data.key }) : t("matrix/subject")}
      above={<Link to={`/studies/${study}`}>{t("subject/back")}</Link>}
      lead={[site?.name, enrolled && t("subject/enrolled", { date: enrolled })]
        .filter(Boolean)
        .join(" · ")}
      action={
        <div className="subject-ways">
          {mayHere("form.view") && (
            <>
              <Link to={`/studies/${study}/subjects/${subject}/questionnaires`}>
                {t("subject/questionnaires")}
              </Link>
              <Link to={`/studies/${study}/subjects/${subject}/responses`}>
                {t("subject/responses")}
              </Link>
            </>
          )}
          {mayHere("subject.create") && <InvitePatient key={subject} subject={subject} />}
        </div>
      }
    >
      {error && (
        <ProblemPanel
          error={error}
          onRetry={() => {
            retry();
            void detail.refetch();
          }}
        />
      )}
      {!error && (!detail.data || !model) && <Loading rows={8} />}
      {detail.data && model && (
        <Visits key={subject} study={study} detail={detail.data} model={model} />
      )}
    </Page>
  );
}

interface VisitsProps {
  study: string;
  detail: SubjectDetail;
  model: StudyModel;
}

function Visits({ study, detail, model }: VisitsProps) {
  const { t } = useTranslation();
  const session = useSession();
  const [added, setAdded] = useState<ReadonlyMap<string, string>>(new Map());
  const mayEnter = may(session, "form.edit", { study, site: detail.site });
  const visits = withAdded(detail.visits, added);
  if (visits.length === 0) return <EmptyState title={t("subject/empty")} />;

  const onAddVisit = (event: string, repeat: string): void => {
    setAdded(new Map(added).set(event, repeat));
    requestAnimationFrame(() => document.getElementById(visitCardId(event, repeat))?.focus());
  };
  return (
    <div className="visits">
      {visits.map((visit, index) => {
        const isLast = visits[index + 1]?.event !== visit.event;
        const isRepeating = model.event(visit.event)?.repeating === true;
        return (
          <VisitCard
            key={`${visit.event}/${visit.event_repeat}`}
            study={study}
            subject={detail.id}
            visit={visit}
            model={model}
            mayEnter={mayEnter}
            next={isLast && isRepeating ? nextVisit(visits, visit.event) : undefined}
            onAddVisit={onAddVisit}
          />
        );
      })}
    </div>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { PlusOutlined } from "@ant-design/icons";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import {
  asProblem,
  newIdempotencyKey,
  openForm,
  readSubject,
  type SubjectDetail,
  type Visit,
} from "@/api";
import { EmptyState, Loading, Page } from "@/frame/page";
import { problemText, ProblemPanel } from "@/frame/problem_panel";
import { may, useSession } from "@/session/session";
import type { StudyModel } from "@/study/model";
import { siteOf, useStudy, useStudyModel, useStudyText } from "@/study/use_study";
import { StateTag } from "./glyph";
import "./subjects.css";

interface NewForm {
  event: string;
  event_repeat: string;
  form: string;
  form_repeat: string;
}

export function SubjectPage() {
  const { study = "", subject = "" } = useParams();
  const { t } = useTranslation();
  const navigate = useNavigate();
  const info = useStudy(study);
  const { model, error: definitionError, retry } = useStudyModel(study);
  const detail = useQuery({
    queryKey: ["subject", subject],
    queryFn: ({ signal }) => readSubject(subject, { signal }),
  });
  const opening = useMutation({
    mutationFn: (form: NewForm) => openForm(subject, form, newIdempotencyKey()),
    onSuccess: (form) => void navigate(`/studies/${study}/forms/${form.id}`),
  });
  const error = detail.error ?? definitionError;
  const site = detail.data && siteOf(info.data?.sites, detail.data.site);
  const enrolled = detail.data?.enrolled_on;
  return (
    <Page
      title={detail.data ? t("subject/title", { key: detail.data.key }) : t("matrix/subject")}
      above={<Link to={`/studies/${study}`}>{t("subject/back")}</Link>}
      lead={[site?.name, enrolled && t("subject/enrolled", { date: enrolled })]
        .filter(Boolean)
        .join(" · ")}
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
      {opening.error && (
        <Alert
          type="error"
          showIcon
          style={{ marginBottom: 12 }}
          title={problemText(t, asProblem(opening.error))}
        />
      )}
      {!error && (!detail.data || !model) && <Loading rows={8} />}
      {detail.data && model && (
        <Visits
          study={study}
          detail={detail.data}
          model={model}
          onStart={(form) => !opening.isPending && opening.mutate(form)}
        />
      )}
    </Page>
  );
}

interface VisitsProps {
  study: string;
  detail: SubjectDetail;
  model: StudyModel;
  onStart: (form: NewForm) => void;
}

function Visits({ study, detail, model, onStart }: VisitsProps) {
  const { t } = useTranslation();
  const session = useSession();
  const mayEnter = may(session, "form.edit", { study, site: detail.site });
  if (detail.visits.length === 0) return <EmptyState title={t("subject/empty")} />;
  return (
    <div className="visits">
      {detail.visits.map((visit) => (
        <VisitCard
          key={`${visit.event}/${visit.event_repeat}`}
          study={study}
          visit={visit}
          model={model}
          mayEnter={mayEnter}
          onStart={onStart}
        />
      ))}
    </div>
  );
}

interface VisitCardProps extends Omit<VisitsProps, "detail"> {
  visit: Visit;
  mayEnter: boolean;
}

function VisitCard({ study, visit, model, mayEnter, onStart }: VisitCardProps) {
  const { t } = useTranslation();
  const text = useStudyText();
  const event = model.event(visit.event);
  const title = text(event?.title, event?.name ?? visit.event);
  const last = new Map<string, number>();
  for (const form of visit.forms) {
    last.set(form.form, Math.max(last.get(form.form) ?? 0, Number(form.form_repeat) || 0));
  }
  const formName = (oid: string): string =>
    text(model.form(oid)?.title, model.form(oid)?.name ?? oid);
  const repeatable = [...last].filter(([oid]) => model.form(oid)?.repeating);
  return (
    <section className="panel-card">
      <h2>
        {visit.event_repeat !== "1"
          ? t("matrix/visitRepeat", { visit: title, repeat: visit.event_repeat })
          : title}
        <small>
          {event?.type === "common" && t("subject/common")}
          {visit.due && t("matrix/dueOn", { date: visit.due.slice(0, 10) })}
        </small>
      </h2>
      <ul>
        {visit.forms.map((form) => {
          const name = formName(form.form);
          const full =
            form.form_repeat !== "1"
              ? t("form/row", { group: name, repeat: form.form_repeat })
              : name;
          const start = {
            event: visit.event,
            event_repeat: visit.event_repeat,
            form: form.form,
            form_repeat: form.form_repeat,
          };
          return (
            <li key={`${form.form}/${form.form_repeat}`}>
              <span>{full}</span>
              <StateTag state={form.state} />
              {form.form_id ? (
                <Link
                  to={`/studies/${study}/forms/${form.form_id}`}
                  aria-label={`${t("subject/open")} ${full}`}
                >
                  {t("subject/open")}
                </Link>
              ) : (
                <Button
                  size="small"
                  disabled={!mayEnter}
                  aria-label={`${t("subject/start")} ${full}`}
                  onClick={() => onStart(start)}
                >
                  {t("subject/start")}
                </Button>
              )}
            </li>
          );
        })}
        {mayEnter &&
          repeatable.map(([oid, repeat]) => (
            <li key={`more-${oid}`}>
              <Button
                type="dashed"
                icon={<PlusOutlined />}
                onClick={() =>
                  onStart({
                    event: visit.event,
                    event_repeat: visit.event_repeat,
                    form: oid,
                    form_repeat: String(repeat + 1),
                  })
                }
              >
                {t("subject/addRepeat", { name: formName(oid) })}
              </Button>
            </li>
          ))}
      </ul>
    </section>
  );
}

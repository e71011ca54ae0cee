// SPDX-License-Identifier: Apache-2.0
import { PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { SubjectForm, Visit } from "@/api";
import type { StudyModel } from "@/study/model";
import { useStudyText } from "@/study/use_study";
import { formPath, placePath } from "../capture/place";
import { StateTag } from "./glyph";

interface VisitCardProps {
  study: string;
  subject: string;
  visit: Visit;
  model: StudyModel;
  mayEnter: boolean;
  /** The repeat of the visit that may be added after this one. */
  next: string | undefined;
  onAddVisit: (event: string, repeat: string) => void;
}

/** The highest repeat of each form of the visit. */
function lastRepeats(visit: Visit): Map<string, number> {
  const last = new Map<string, number>();
  for (const { form, form_repeat } of visit.forms) {
    last.set(form, Math.max(last.get(form) ?? 0, Number(form_repeat) || 0));
  }
  return last;
}

export const visitCardId = (event: string, repeat: string): string => `visit-${event}-${repeat}`;

export function VisitCard(props: VisitCardProps) {
  const { study, subject, visit, model, mayEnter, next } = props;
  const { t } = useTranslation();
  const text = useStudyText();
  const event = model.event(visit.event);
  const title = text(event?.title, event?.name ?? visit.event);
  const formName = (oid: string): string =>
    text(model.form(oid)?.title, model.form(oid)?.name ?? oid);
  const pathTo = (form: string, form_repeat: string): string => {
    const { event: at, event_repeat } = visit;
    return placePath(study, { subject, event: at, event_repeat, form, form_repeat });
  };
  const way = ({ form, form_repeat, form_id }: SubjectForm, name: string): ReactNode => {
    if (!form_id && !mayEnter) return <span className="soft">–</span>;
    const verb = form_id ? t("subject/open") : t("subject/start");
    return (
      <Link
        to={form_id ? formPath(study, form_id) : pathTo(form, form_repeat)}
        aria-label={`${verb} ${name}`}
      >
        {verb}
      </Link>
    );
  };
  return (
    <section className="panel-card">
      <h2 id={visitCardId(visit.event, visit.event_repeat)} tabIndex={-1}>
        {visit.event_repeat !== "1"
          ? t("matrix/visitRepeat", { visit: title, repeat: visit.event_repeat })
          : title}
        <small>
          {event?.type === "common" && t("subject/common")}
          {event?.type === "unscheduled" && t("subject/unscheduled")}
          {visit.due && t("matrix/dueOn", { date: visit.due.slice(0, 10) })}
        </small>
      </h2>
      <ul>
        {visit.forms.map((form) => {
          const name =
            form.form_repeat === "1"
              ? formName(form.form)
              : t("form/row", { group: formName(form.form), repeat: form.form_repeat });
          return (
            <li key={`${form.form}/${form.form_repeat}`}>
              <span>{name}</span>
              <StateTag state={form.state} />
              {way(form, name)}
            </li>
          );
        })}
        {mayEnter &&
          [...lastRepeats(visit)]
            .filter(([oid]) => model.form(oid)?.repeating)
            .map(([oid, repeat]) => (
              <li key={`more-${oid}`}>
                <Link to={pathTo(oid, String(repeat + 1))}>
                  <PlusOutlined /> {t("subject/addRepeat", { name: formName(oid) })}
                </Link>
              </li>
            ))}
      </ul>
      {mayEnter && next !== undefined && (
        <Button
          type="dashed"
          icon={<PlusOutlined />}
          onClick={() => props.onAddVisit(visit.event, next)}
        >
          {t("subject/addRepeat", { name: title })}
        </Button>
      )}
    </section>
  );
}

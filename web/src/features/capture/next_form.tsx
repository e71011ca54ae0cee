// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { readSubject, type FormDocument } from "@/api";
import type { StudyModel } from "@/study/model";
import { useStudyText } from "@/study/use_study";
import { formPath, placeOf, placePath } from "./place";

/** The way on: the next form of the same visit that is not complete, else the subject's page. */
export function NextForm({ document, model }: { document: FormDocument; model: StudyModel }) {
  const { t } = useTranslation();
  const text = useStudyText();
  const subject = useQuery({
    queryKey: ["subject", document.subject.id],
    queryFn: ({ signal }) => readSubject(document.subject.id, { signal }),
  });
  const visit = subject.data?.visits.find(
    (entry) => entry.event === document.event.oid && entry.event_repeat === document.event.repeat,
  );
  const forms = visit?.forms ?? [];
  const here = forms.findIndex((form) => form.form_id === document.id);
  const next = [...forms.slice(here + 1), ...forms.slice(0, Math.max(0, here))].find(
    (form) => form.state !== "complete",
  );
  const subjectPage = `/studies/${document.study}/subjects/${document.subject.id}`;
  if (!next) return <Link to={subjectPage}>{t("form/visitDone")}</Link>;
  const def = model.form(next.form);
  const place = { ...placeOf(document), form: next.form, form_repeat: next.form_repeat };
  return (
    <Link
      to={next.form_id ? formPath(document.study, next.form_id) : placePath(document.study, place)}
    >
      {t("form/nextForm", { form: text(def?.title, def?.name ?? next.form) })}
    </Link>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate, useLocation, useParams, useSearchParams } from "react-router";
import { readForm, readSubject, type FormDocument, type FormPlace } from "@/api";
import { Loading, Page } from "@/frame/page";
import { NotFoundPage, ProblemPanel } from "@/frame/problem_panel";
import { useStudyModel } from "@/study/use_study";
import { FormEntry } from "./form_entry";
import { placeKey } from "./kept";
import { blankForm, formAt, formPath, notBegun, placeIn, type BegunState } from "./place";
import "./capture.css";

export function FormPage() {
  const { study = "", form = "" } = useParams();
  const [query] = useSearchParams();
  const { begunAt } = (useLocation().state ?? {}) as BegunState;
  const place = form === notBegun ? placeIn(query) : undefined;
  if (form === notBegun && !place) return <NotFoundPage />;
  // One page from the first key on: when the first save makes the form, only the address changes.
  const key = place ? placeKey(place) : (begunAt ?? form);
  return <LoadedForm key={key} study={study} form={place ? "" : form} place={place} />;
}

interface LoadedFormProps {
  study: string;
  form: string;
  place: FormPlace | undefined;
}

function LoadedForm({ study, form, place }: LoadedFormProps) {
  const { t } = useTranslation();
  const { model, error: definitionError, retry } = useStudyModel(study);
  const saved = useQuery({
    queryKey: ["form", form],
    queryFn: ({ signal }) => readForm(form, { signal }),
    enabled: form !== "",
    staleTime: 0,
  });
  const detail = useQuery({
    queryKey: ["subject", place?.subject],
    queryFn: ({ signal }) => readSubject(place?.subject ?? "", { signal }),
    enabled: place !== undefined,
    staleTime: 0,
  });
  // Decided once, on what the server says now: a form begun on this page must not open anew.
  const [blank, setBlank] = useState<FormDocument>();
  const known = detail.isFetchedAfterMount || detail.isError ? detail.data : undefined;
  const there = place && known && formAt(known, place);
  if (there && !blank) return <Navigate to={formPath(study, there)} replace />;
  if (place && known && !blank) setBlank(blankForm(known, place));
  const document = saved.data ?? blank;
  if (model && document) return <FormEntry model={model} document={document} />;
  const error = saved.error ?? detail.error ?? definitionError;
  return (
    <Page title={t("app/name")} above={<Link to={`/studies/${study}`}>{t("form/toMatrix")}</Link>}>
      {error ? (
        <ProblemPanel
          error={error}
          onRetry={() => {
            retry();
            void (place ? detail : saved).refetch();
          }}
        />
      ) : (
        <Loading rows={10} />
      )}
    </Page>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { readForm } from "@/api";
import { Loading, Page } from "@/frame/page";
import { ProblemPanel } from "@/frame/problem_panel";
import { useStudyModel } from "@/study/use_study";
import { FormEntry } from "./form_entry";
import "./capture.css";

export function FormPage() {
  const { study = "", form = "" } = useParams();
  return <LoadedForm key={form} study={study} form={form} />;
}

function LoadedForm({ study, form }: { study: string; form: string }) {
  const { t } = useTranslation();
  const { model, error: definitionError, retry } = useStudyModel(study);
  const document = useQuery({
    queryKey: ["form", form],
    queryFn: ({ signal }) => readForm(form, { signal }),
    staleTime: 0,
  });
  if (model && document.data) return <FormEntry model={model} document={document.data} />;
  const error = document.error ?? definitionError;
  return (
    <Page title={t("app/name")} above={<Link to={`/studies/${study}`}>{t("form/toMatrix")}</Link>}>
      {error ? (
        <ProblemPanel
          error={error}
          onRetry={() => {
            retry();
            void document.refetch();
          }}
        />
      ) : (
        <Loading rows={10} />
      )}
    </Page>
  );
}

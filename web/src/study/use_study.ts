// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { readDefinition, readStudy, type Site, type Text } from "@/api";
import { studyText } from "@/i18n/study_text";
import { studyModel, type StudyModel } from "./model";

export function useStudy(study: string) {
  return useQuery({
    queryKey: ["study", study],
    queryFn: ({ signal }) => readStudy(study, { signal }),
    staleTime: 60_000,
  });
}

/** The study's definition, ready for look-ups; definitions change only with an import. */
export function useStudyModel(study: string): {
  model: StudyModel | undefined;
  error: Error | null;
  retry: () => void;
} {
  const query = useQuery({
    queryKey: ["definition", study],
    queryFn: ({ signal }) => readDefinition(study, { signal }),
    staleTime: 5 * 60_000,
  });
  const model = useMemo(() => (query.data ? studyModel(query.data) : undefined), [query.data]);
  return { model, error: query.error, retry: () => void query.refetch() };
}

/** Reads texts of a study definition in the language of the page. */
export function useStudyText(): (text: Text | null | undefined, otherwise?: string) => string {
  const { i18n } = useTranslation();
  return (text, otherwise = "") => studyText(text, i18n.language) || otherwise;
}

export const siteOf = (sites: Site[] | undefined, site: string): Site | undefined =>
  sites?.find((entry) => entry.id === site || entry.oid === site);

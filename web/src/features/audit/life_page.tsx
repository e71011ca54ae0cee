// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { readForm, readHistory, type AuditRecord, type FormDocument } from "@/api";
import { EmptyState, Loading, Page } from "@/frame/page";
import { ProblemPanel } from "@/frame/problem_panel";
import { Time } from "@/frame/time";
import { word } from "@/i18n/word";
import type { StudyModel } from "@/study/model";
import { siteOf, useStudy, useStudyModel, useStudyText } from "@/study/use_study";
import { newestFirst } from "./newest_first";
import { newestStages } from "./newest_stages";
import { Pipeline } from "./pipeline";
import { actionWord, Change, Seal } from "./record_line";
import "./audit.css";

/** Unsealed records get their seal within a second, so the page looks again soon. */
const lookMs = 2_000;

export function LifePage() {
  const { study = "", form = "" } = useParams();
  const { t } = useTranslation();
  const text = useStudyText();
  const { model } = useStudyModel(study);
  const info = useStudy(study);
  const document = useQuery({
    queryKey: ["form", form],
    queryFn: ({ signal }) => readForm(form, { signal }),
    staleTime: 0, // who comes from the form has just changed it
  });
  const history = useQuery({
    queryKey: ["history", form],
    queryFn: ({ signal }) => readHistory(form, undefined, { signal }),
    staleTime: 0,
    refetchInterval: ({ state }) =>
      state.data?.records.some((record) => !record.sealed) ? lookMs : false,
  });
  const error = document.error ?? history.error;
  const doc = document.data;
  const def = doc && model?.form(doc.form.oid);
  const event = doc && model?.event(doc.event.oid);
  const zone = doc && siteOf(info.data?.sites, doc.site)?.time_zone;
  return (
    <Page
      title={t("life/title")}
      above={<Link to={`/studies/${study}/forms/${form}`}>{t("life/back")}</Link>}
      lead={
        doc &&
        `${text(def?.title, doc.form.oid)} · ${t("form/where", {
          subject: doc.subject.key,
          visit: text(event?.title, doc.event.oid),
        })}`
      }
    >
      {error && (
        <ProblemPanel
          error={error}
          onRetry={() => {
            void document.refetch();
            void history.refetch();
          }}
        />
      )}
      {!error && (!doc || !history.data) && <Loading rows={8} />}
      {doc && history.data && (
        <div className="life">
          <section className="panel-card">
            <h2>{t("life/pipeline")}</h2>
            <Pipeline stages={newestStages(history.data.stages)} zone={zone} />
          </section>
          <ArchiveCard document={doc} zone={zone} />
          <Trail records={history.data.records} model={model} zone={zone} />
        </div>
      )}
    </Page>
  );
}

function ArchiveCard({ document, zone }: { document: FormDocument; zone: string | undefined }) {
  const { t } = useTranslation();
  const archive = document.archive;
  return (
    <section className="panel-card">
      <h2>{t("life/archive")}</h2>
      {archive ? (
        <>
          <p>
            {t("life/version", { version: archive.version })} · <Time at={archive.at} zone={zone} />
          </p>
          <p className="soft">{t("life/digest")}</p>
          <code className="digest">{archive.digest}</code>
        </>
      ) : (
        <p className="soft">{t("life/archiveNone")}</p>
      )}
    </section>
  );
}

interface TrailProps {
  records: AuditRecord[];
  model: StudyModel | undefined;
  zone: string | undefined;
}

function Trail({ records, model, zone }: TrailProps) {
  const { t, i18n } = useTranslation();
  const text = useStudyText();
  const [item, setItem] = useState("");
  const newest = newestFirst(records);
  const shown = item === "" ? newest : newest.filter((record) => record.item === item);
  const items = [...new Set(records.flatMap((record) => record.item ?? []))];
  const name = (oid: string): string => text(model?.item(oid)?.question, oid);
  return (
    <section className="panel-card">
      <div className="life-head">
        <h2>{t("life/trail")}</h2>
        <span className="soft">
          {t("life/sentence", {
            count: records.length,
            sealed: records.filter((record) => record.sealed).length,
          })}
        </span>
        <Select
          aria-label={t("life/filterItem")}
          style={{ minWidth: 180, maxWidth: "100%" }}
          popupMatchSelectWidth={false}
          value={item}
          options={[
            { value: "", label: t("life/allItems") },
            ...items.map((oid) => ({ value: oid, label: name(oid) })),
          ]}
          onChange={(chosen: string) => setItem(chosen)}
        />
      </div>
      {shown.length === 0 && <EmptyState title={t("life/empty")} />}
      <ol className="trail">
        {shown.map((record, index) => (
          <li key={`${record.at}-${index}`}>
            <div className="trail-main">
              <strong>{actionWord(i18n, record)}</strong> <Change record={record} model={model} />
              {record.reason && (
                <div className="trail-reason">{t("life/reason", { reason: record.reason })}</div>
              )}
            </div>
            <div className="trail-side">
              <span>
                {record.who} · {word(i18n, "role", record.role)}
              </span>
              <Time at={record.at} zone={zone} />
              <Seal record={record} />
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { useInfiniteQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { readAudit, type AuditRecord } from "@/api";
import { EmptyState, Loading, Page } from "@/frame/page";
import { ProblemPanel } from "@/frame/problem_panel";
import { Time } from "@/frame/time";
import { word } from "@/i18n/word";
import type { StudyModel } from "@/study/model";
import { useStudyModel, useStudyText } from "@/study/use_study";
import { actionWord, Change, Seal } from "./record_line";
import "./audit.css";

const pageSize = 100;

export function AuditPage() {
  const { study = "" } = useParams();
  const { t } = useTranslation();
  const { model } = useStudyModel(study);
  const audit = useInfiniteQuery({
    queryKey: ["audit", study],
    queryFn: ({ pageParam, signal }) =>
      readAudit(study, { offset: pageParam, limit: pageSize }, { signal }),
    initialPageParam: 0,
    getNextPageParam: (last, pages) =>
      last.records.length < pageSize ? undefined : pages.length * pageSize,
  });
  const records = audit.data?.pages.flatMap((page) => page.records) ?? [];
  const total = audit.data?.pages[0]?.total ?? records.length;
  return (
    <Page
      title={t("audit/title")}
      lead={audit.data && total > 0 ? t("audit/lead", { count: total }) : undefined}
    >
      {audit.error && <ProblemPanel error={audit.error} onRetry={() => void audit.refetch()} />}
      {audit.isPending && <Loading rows={10} />}
      {audit.data && records.length === 0 && (
        <EmptyState title={t("audit/empty")} hint={t("audit/emptyHint")} />
      )}
      {records.length > 0 && (
        <AuditList
          records={records}
          model={model}
          hasMore={audit.hasNextPage}
          onMore={() => {
            if (!audit.isFetchingNextPage) void audit.fetchNextPage();
          }}
        />
      )}
    </Page>
  );
}

interface AuditListProps {
  records: AuditRecord[];
  model: StudyModel | undefined;
  hasMore: boolean;
  onMore: () => void;
}

function AuditList({ records, model, hasMore, onMore }: AuditListProps) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: records.length + (hasMore ? 1 : 0),
    getScrollElement: () => box.current,
    estimateSize: () => 64,
    overscan: 8,
  });
  const shown = rows.getVirtualItems();
  const isAtEnd = (shown.at(-1)?.index ?? 0) >= records.length - 1;
  useEffect(() => {
    if (isAtEnd && hasMore) onMore();
  }, [isAtEnd, hasMore, onMore]);
  return (
    <div
      ref={box}
      className="audit panel-card"
      role="region"
      aria-label={t("audit/list")}
      tabIndex={0}
    >
      <ol style={{ height: rows.getTotalSize() }}>
        {shown.map((line) => {
          const record = records[line.index];
          return (
            <li
              key={line.key}
              ref={rows.measureElement}
              data-index={line.index}
              aria-setsize={records.length}
              aria-posinset={line.index + 1}
              style={{ transform: `translateY(${line.start}px)` }}
            >
              {record ? <AuditLine record={record} model={model} /> : t("audit/loadedMore")}
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function AuditLine({ record, model }: { record: AuditRecord; model: StudyModel | undefined }) {
  const { t, i18n } = useTranslation();
  const text = useStudyText();
  const form = record.form ? model?.form(record.form) : undefined;
  const event = record.event ? model?.event(record.event) : undefined;
  const where = [
    record.subject && t("audit/subject", { key: record.subject }),
    event ? text(event.title, event.name) : record.event,
    form ? text(form.title, form.name) : record.form,
  ].filter(Boolean);
  return (
    <div className="audit-line">
      <div>
        <strong>{actionWord(i18n, record)}</strong> <Change record={record} model={model} />
        <div className="soft">
          {where.join(" · ")}
          {record.reason && ` · ${t("life/reason", { reason: record.reason })}`}
        </div>
      </div>
      <div>
        {record.who} <span className="soft">{word(i18n, "role", record.role)}</span>
      </div>
      <div className="audit-when">
        <Time at={record.at} />
        <Seal record={record} />
      </div>
    </div>
  );
}

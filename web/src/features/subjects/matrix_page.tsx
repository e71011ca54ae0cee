// SPDX-License-Identifier: Apache-2.0
import { PlusOutlined } from "@ant-design/icons";
import { Button, Grid, Input, Select } from "antd";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import {
  cellStates,
  type CellState,
  type MatrixCell,
  type MatrixColumn,
  type MatrixRow,
} from "@/api";
import { EmptyState, Loading, Page } from "@/frame/page";
import { ProblemPanel } from "@/frame/problem_panel";
import { useSay } from "@/frame/say";
import { useDebounced } from "@/frame/use_debounced";
import { word } from "@/i18n/word";
import { may, useSession } from "@/session/session";
import { siteOf, useStudy, useStudyModel, useStudyText } from "@/study/use_study";
import { formPath, placePath } from "../capture/place";
import { AddSubject } from "./add_subject";
import { Legend } from "./glyph";
import { MatrixGrid } from "./matrix_grid";
import type { ColumnTexts } from "./matrix_head";
import { narrow, wide } from "./matrix_geometry";
import { useFilters, type Filters } from "./use_filters";
import { pagesInView, type PageRange } from "./matrix_pages";
import { useMatrix, type MatrixView } from "./use_matrix";
import "./subjects.css";

export function MatrixPage() {
  const { study = "" } = useParams();
  return <StudyMatrix key={study} study={study} />;
}

function StudyMatrix({ study }: { study: string }) {
  const { t } = useTranslation();
  const session = useSession();
  const info = useStudy(study);
  const { model, error: definitionError, retry } = useStudyModel(study);
  const text = useStudyText();
  const [filters, setFilters] = useFilters(study);
  const search = useDebounced(filters.search, 250);
  const [pages, setPages] = useState<PageRange>({ first: 0, last: 0 });
  const onRange = useCallback(
    (from: number, to: number) => setPages((before) => pagesInView(before, from, to)),
    [],
  );
  const view = useMatrix(study, { ...filters, search }, pages);
  const [adding, setAdding] = useState(false);
  const isWide = Grid.useBreakpoint().md ?? true;

  const columns = view.first?.columns;
  const texts = useMemo<ColumnTexts[]>(() => {
    return (columns ?? []).map((column, index) => {
      const before = columns?.[index - 1];
      const event = model?.event(column.event);
      const visit = text(event?.title, event?.name ?? column.event);
      const form = model?.form(column.form);
      return {
        visit:
          column.event_repeat !== "1"
            ? t("matrix/visitRepeat", { visit, repeat: column.event_repeat })
            : visit,
        form: text(form?.title, form?.name ?? column.form),
        starts: before?.event !== column.event || before.event_repeat !== column.event_repeat,
      };
    });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- text and t follow the language
  }, [columns, model, t]);

  const opening = useOpenCell(study);
  const mayEnter = (row: MatrixRow): boolean =>
    may(session, "form.edit", { study, site: row.subject.site });
  const error = info.error ?? definitionError ?? view.error;
  const isFiltered = filters.site !== "" || filters.search !== "" || filters.state !== "";

  return (
    <Page
      title={info.data?.name ?? t("matrix/title")}
      lead={view.first && <Waiting view={view} onState={(state) => setFilters({ state })} />}
      action={
        may(session, "subject.create", { study }) && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>
            {t("addSubject/action")}
          </Button>
        )
      }
    >
      <FilterRow study={study} filters={filters} onChange={setFilters} />
      {error && (
        <ProblemPanel
          error={error}
          onRetry={() => {
            retry();
            void info.refetch();
            view.refetch();
          }}
        />
      )}
      {!error && (view.isPending || !model) && <Loading rows={10} />}
      {view.first && model && view.total === 0 && (
        <EmptyState
          title={isFiltered ? t("matrix/noMatch") : t("matrix/empty")}
          hint={isFiltered ? t("matrix/noMatchHint") : t("matrix/emptyHint")}
          action={
            isFiltered && (
              <Button onClick={() => setFilters({ site: "", search: "", state: "" })}>
                {t("matrix/clear")}
              </Button>
            )
          }
        />
      )}
      {view.first && model && view.total > 0 && (
        <MatrixGrid
          columns={view.first.columns}
          texts={texts}
          total={view.total}
          row={view.row}
          geometry={isWide ? wide : narrow}
          // Where all subjects are at one site, its name says nothing.
          siteName={(site) =>
            (info.data?.sites.length ?? 0) > 1 ? (siteOf(info.data?.sites, site)?.name ?? "") : ""
          }
          mayEnter={mayEnter}
          onRange={onRange}
          onSubject={opening.toSubject}
          onCell={(row, column, cell) => opening.toForm(row, column, cell, mayEnter(row))}
        />
      )}
      <div className="matrix-foot">
        <Legend />
        {view.first && (
          <span className="soft">
            {t("matrix/shown", { shown: view.total, total: view.first.total })}
          </span>
        )}
      </div>
      <AddSubject
        study={study}
        sites={info.data?.sites ?? []}
        open={adding}
        onClose={() => setAdding(false)}
      />
    </Page>
  );
}

/** Going from a cell to its form. Looking at a form that nobody has begun makes nothing. */
function useOpenCell(study: string) {
  const navigate = useNavigate();
  const say = useSay();
  return {
    toSubject: (row: MatrixRow) => void navigate(`/studies/${study}/subjects/${row.subject.id}`),
    toForm: (row: MatrixRow, column: MatrixColumn, cell: MatrixCell, mayEnter: boolean) => {
      const { event, event_repeat, form } = column;
      const place = { subject: row.subject.id, event, event_repeat, form, form_repeat: "1" };
      if (cell.form_id) void navigate(formPath(study, cell.form_id));
      else if (mayEnter) void navigate(placePath(study, place));
      else say.info((t) => t("matrix/noRight"));
    },
  };
}

function Waiting({ view, onState }: { view: MatrixView; onState: (state: CellState) => void }) {
  const { t } = useTranslation();
  const states = view.first?.states;
  const parts = (
    [
      ["overdue", "matrix/sentenceOverdue"],
      ["due", "matrix/sentenceDue"],
      ["in_progress", "matrix/sentenceProgress"],
    ] as const
  ).filter(([state]) => (states?.[state] ?? 0) > 0);
  if (parts.length === 0) return t("matrix/sentenceNothing");
  return parts.map(([state, key], index) => (
    <span key={state}>
      {index > 0 && " · "}
      <button type="button" className="number-link" onClick={() => onState(state)}>
        {t(key, { count: states?.[state] ?? 0 })}
      </button>
    </span>
  ));
}

interface FilterRowProps {
  study: string;
  filters: Filters;
  onChange: (part: Partial<Filters>) => void;
}

function FilterRow({ study, filters, onChange }: FilterRowProps) {
  const { t, i18n } = useTranslation();
  const sites = useStudy(study).data?.sites ?? [];
  return (
    <search className="filters" aria-label={t("matrix/filters")}>
      {sites.length > 1 && (
        <Select
          aria-label={t("matrix/site")}
          value={filters.site}
          popupMatchSelectWidth={false}
          options={[
            { value: "", label: t("matrix/allSites") },
            ...sites.map((site) => ({ value: site.id, label: site.name })),
          ]}
          onChange={(site: string) => onChange({ site })}
        />
      )}
      <Select
        aria-label={t("matrix/state")}
        value={filters.state}
        options={[
          { value: "" as const, label: t("matrix/allStates") },
          ...cellStates.map((state) => ({ value: state, label: word(i18n, "state", state) })),
        ]}
        onChange={(state: CellState | "") => onChange({ state })}
      />
      <Input
        allowClear
        aria-label={t("matrix/search")}
        placeholder={t("matrix/search")}
        style={{ width: 180 }}
        value={filters.search}
        onChange={(event) => onChange({ search: event.target.value })}
      />
    </search>
  );
}

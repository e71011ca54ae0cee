// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Alert } from "antd";
import { useTranslation } from "react-i18next";
import { listStudies, readSystem, type SystemReport } from "@/api";
import { Loading, Page } from "@/frame/page";
import { ProblemPanel } from "@/frame/problem_panel";
import { Time } from "@/frame/time";
import { bytes, count, span } from "./format";
import { Sparkline, StackedBar, type Part } from "./pictures";
import { RunningRequests } from "./running_requests";
import "./system.css";

const lookMs = 2_000;
const keptSamples = 90;

interface Sample {
  at: number;
  total: number;
  goroutines: number;
}

interface Watched {
  report: SystemReport;
  /** The figures of the last three minutes, for as long as the page is open. */
  samples: Sample[];
}

function useSystem() {
  const client = useQueryClient();
  return useQuery({
    queryKey: ["system"],
    queryFn: async ({ signal }): Promise<Watched> => {
      const report = await readSystem({ signal });
      const before = client.getQueryData<Watched>(["system"])?.samples ?? [];
      const sample = {
        at: Date.now(),
        total: report.requests.total,
        goroutines: report.runtime.goroutines,
      };
      return { report, samples: [...before, sample].slice(-keptSamples) };
    },
    refetchInterval: lookMs,
    gcTime: 0,
  });
}

const ratesOf = (samples: Sample[]): number[] =>
  samples.slice(1).map((sample, index) => {
    const before = samples[index];
    if (!before) return 0;
    return Math.max(0, ((sample.total - before.total) * 1000) / Math.max(1, sample.at - before.at));
  });

export function SystemPage() {
  const { t } = useTranslation();
  const system = useSystem();
  const { report, samples = [] } = system.data ?? {};
  return (
    <Page
      title={t("system/title")}
      lead={report && t("system/up", { version: report.version, uptime: span(t, report.uptime_s) })}
      action={report && <span className="soft">{t("system/live")}</span>}
    >
      {system.error && <ProblemPanel error={system.error} onRetry={() => void system.refetch()} />}
      {system.isPending && <Loading rows={8} />}
      {report && (
        <div className="system">
          <Requests report={report} rates={ratesOf(samples)} />
          <Runtime report={report} samples={samples} />
          <Store report={report} />
          <Sealer report={report} />
          <RunningRequests />
        </div>
      )}
    </Page>
  );
}

function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="panel-card">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Figures({ entries }: { entries: [string, ReactNode][] }) {
  return (
    <dl className="figures">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const statusColours: Record<string, string> = {
  "2": "#2a6f2e",
  "3": "#8792a2",
  "4": "#b45f00",
  "5": "#b3261e",
};

function Requests({ report, rates }: { report: SystemReport; rates: number[] }) {
  const { t, i18n } = useTranslation();
  const classes = new Map<string, number>();
  for (const [status, times] of Object.entries(report.requests.by_status)) {
    const first = status.charAt(0);
    classes.set(first, (classes.get(first) ?? 0) + times);
  }
  const parts = (["2", "3", "4", "5"] as const).map((first): Part => {
    const value = classes.get(first) ?? 0;
    return {
      key: first,
      value,
      colour: statusColours[first] ?? "#8792a2",
      label: t("app/labelled", {
        name: `${first}xx ${t(`system/statusClass/${first}`)}`,
        value: count(value, i18n.language),
      }),
    };
  });
  return (
    <Card title={t("system/requests")}>
      <Figures entries={[[t("system/total"), count(report.requests.total, i18n.language)]]} />
      <p className="soft">
        {t("app/labelled", { name: t("system/rate"), value: (rates.at(-1) ?? 0).toFixed(1) })}
      </p>
      <Sparkline values={rates} label={t("system/rate")} />
      <StackedBar parts={parts} label={t("system/byStatus")} />
    </Card>
  );
}

function Runtime({ report, samples }: { report: SystemReport; samples: Sample[] }) {
  const { t, i18n } = useTranslation();
  return (
    <Card title={t("system/goroutines")}>
      <Figures
        entries={[
          [t("system/goroutines"), count(report.runtime.goroutines, i18n.language)],
          [t("system/workers"), report.runtime.workers],
        ]}
      />
      <p className="soft">{t("system/goroutinesHint")}</p>
      <Sparkline
        values={samples.map((sample) => sample.goroutines)}
        label={t("system/goroutinesHint")}
      />
      <p className="soft">
        {t("system/since", { time: "" })} <Time at={report.started_at} />
      </p>
    </Card>
  );
}

function Store({ report }: { report: SystemReport }) {
  const { t, i18n } = useTranslation();
  const { store } = report;
  const perBatch = store.writer.batches > 0 ? store.writer.units / store.writer.batches : 0;
  return (
    <Card title={t("system/store")}>
      <Figures
        entries={[
          [t("system/kind"), store.kind],
          [t("system/waiting"), count(store.writer.waiting, i18n.language)],
          [t("system/units"), count(store.writer.units, i18n.language)],
          [t("system/batches"), count(store.writer.batches, i18n.language)],
          [t("system/perBatch"), perBatch.toFixed(2)],
        ]}
      />
      <StackedBar
        label={t("system/store")}
        parts={[
          {
            key: "data",
            value: store.bytes,
            colour: "#0b5fc0",
            label: t("app/labelled", { name: t("system/data"), value: bytes(store.bytes) }),
          },
          {
            key: "wal",
            value: store.wal_bytes,
            colour: "#7fb0ea",
            label: t("app/labelled", { name: t("system/wal"), value: bytes(store.wal_bytes) }),
          },
        ]}
      />
      <p className="soft path">
        {t("app/labelled", { name: t("system/path"), value: store.path })}
      </p>
      <p className="soft">{t("system/writerHint")}</p>
    </Card>
  );
}

function Sealer({ report }: { report: SystemReport }) {
  const { t, i18n } = useTranslation();
  const { sealed, unsealed, heads, broken } = report.audit;
  const studies = useQuery({ queryKey: ["studies"], queryFn: listStudies });
  const nameOf = (chain: string): string =>
    studies.data?.find((study) => chain.includes(study.id))?.name ?? chain;
  const total = sealed + unsealed;
  const share = total === 0 ? 100 : (sealed * 100) / total;
  return (
    <Card title={t("system/sealer")}>
      <Figures
        entries={[
          [t("system/sealed"), count(sealed, i18n.language)],
          [t("system/unsealed"), count(unsealed, i18n.language)],
        ]}
      />
      <StackedBar
        label={t("system/sealer")}
        parts={[
          { key: "sealed", value: sealed, colour: "#2a6f2e", label: t("system/sealed") },
          { key: "unsealed", value: unsealed, colour: "#b45f00", label: t("system/unsealed") },
        ]}
      />
      <p className="soft">
        {t("system/sealShare", {
          sealed: count(sealed, i18n.language),
          total: count(total, i18n.language),
          percent: share === 100 ? "100" : share.toFixed(1),
        })}
      </p>
      {broken.length > 0 && (
        <Alert
          type="error"
          showIcon
          title={t("system/broken", { count: broken.length })}
          description={broken.map(nameOf).join(", ")}
        />
      )}
      {heads.map((head) => (
        <p key={head.chain} className="soft path">
          {t("app/label", { name: nameOf(head.chain) })}{" "}
          {t("life/sealed", { number: count(head.number, i18n.language) })} · <Time at={head.at} />{" "}
          · <code>{head.hash.slice(0, 16)}</code>
        </p>
      ))}
    </Card>
  );
}

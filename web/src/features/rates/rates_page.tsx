// SPDX-License-Identifier: Apache-2.0
// How well patients answer, by site, questionnaire and time of asking; each number leads to its rows.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Segmented, Select } from "antd";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { readResponseRates, type OccasionTally, type RatedPlan, type ResponseRates } from "@/api";
import { EmptyState, Loading, Page } from "@/frame/page";
import { ProblemPanel } from "@/frame/problem_panel";
import { Time } from "@/frame/time";
import { may, useSession } from "@/session/session";
import { useStudy } from "@/study/use_study";
import { count } from "../system/format";
import { followEvery } from "./follow";
import { OccasionsDrawer } from "./occasions_drawer";
import { PauseSwitch, PausedNote } from "./pause_switch";
import { percentOf } from "./percent";
import { RateTable } from "./rate_table";
import { pageSize, useRateView, type RateView } from "./use_rate_view";
import "./rates.css";
import "./texts";

export function RatesPage() {
  const { study = "" } = useParams();
  const { t } = useTranslation();
  const session = useSession();
  const info = useStudy(study);
  const [view, change] = useRateView();
  const mayLook = may(session, "subject.view", { study });
  const rates = useQuery({
    queryKey: ["rates", study, view.site, view.plan, view.with, view.order, view.page],
    queryFn: ({ signal }) =>
      readResponseRates(
        study,
        {
          site: view.site,
          plan: view.plan,
          with: view.with || undefined,
          order: view.order,
          offset: (view.page - 1) * pageSize,
          limit: pageSize,
        },
        { signal },
      ),
    enabled: mayLook,
    placeholderData: keepPreviousData,
    refetchInterval: followEvery,
  });
  const sites = info.data?.sites;
  if (!mayLook)
    return (
      <Page title={t("rates/title")}>
        <EmptyState title={t("rates/noRight")} hint={t("rates/noRightHint")} />
      </Page>
    );
  return (
    <Page
      title={t("rates/title")}
      above={info.data?.name}
      lead={rates.data && <Lead tally={rates.data.sums} onChange={change} />}
      action={
        rates.data &&
        may(session, "study.build", { study }) && (
          <PauseSwitch study={study} isPaused={rates.data.paused} />
        )
      }
    >
      {rates.data?.paused && <PausedNote />}
      <FilterRow study={study} plans={rates.data?.plans ?? []} view={view} onChange={change} />
      {rates.error && <ProblemPanel error={rates.error} onRetry={() => void rates.refetch()} />}
      {rates.isPending && <Loading rows={8} />}
      {rates.data && rates.data.total === 0 && (
        <NothingYet rates={rates.data} view={view} onChange={change} />
      )}
      {rates.data && rates.data.total > 0 && (
        <>
          <RateTable
            rows={rates.data.rows}
            plans={rates.data.plans}
            sites={sites ?? []}
            onOpen={(behind) => change({ behind })}
          />
          <Foot rates={rates.data} view={view} onChange={change} />
        </>
      )}
      {view.behind && (
        <OccasionsDrawer
          key={JSON.stringify(view.behind)}
          study={study}
          behind={view.behind}
          plan={rates.data?.plans.find(({ id }) => id === view.behind?.plan)}
          site={sites?.find(({ id }) => id === view.behind?.site)}
          onState={(state) => change({ behind: view.behind && { ...view.behind, state } })}
          onClose={() => change({ behind: null })}
        />
      )}
    </Page>
  );
}

type OnChange = (part: Partial<RateView>) => void;

/** The state in one sentence; what waits for somebody leads to its rows. */
function Lead({ tally, onChange }: { tally: OccasionTally; onChange: OnChange }) {
  const { t, i18n } = useTranslation();
  const percent = percentOf(tally);
  const number = (value: number): string => count(value, i18n.language);
  const values = { answered: number(tally.answered), due: number(tally.due) };
  return (
    <span data-testid="rates-lead" data-answered={tally.answered} data-due={tally.due}>
      {percent === null ? t("rates/nothingDue") : t("rates/lead", { percent, ...values })}
      {(["late", "missed"] as const).map(
        (state) =>
          tally[state] > 0 && (
            <span key={state}>
              {" · "}
              <button
                type="button"
                className="number-link"
                onClick={() => onChange({ with: state, behind: null })}
              >
                {t(`rates/lead_${state}`, { number: number(tally[state]) })}
              </button>
            </span>
          ),
      )}
    </span>
  );
}

interface FilterRowProps {
  study: string;
  plans: RatedPlan[];
  view: RateView;
  onChange: OnChange;
}

function FilterRow({ study, plans, view, onChange }: FilterRowProps) {
  const { t } = useTranslation();
  const sites = useStudy(study).data?.sites ?? [];
  const withs = ["", "late", "missed", "open"] as const;
  return (
    <search className="rate-filters" aria-label={t("rates/filters")}>
      {sites.length > 1 && (
        <Select
          aria-label={t("matrix/site")}
          value={view.site}
          popupMatchSelectWidth={false}
          options={[
            { value: "", label: t("matrix/allSites") },
            ...sites.map((site) => ({ value: site.id, label: site.name })),
          ]}
          onChange={(site: string) => onChange({ site })}
        />
      )}
      <Select
        aria-label={t("rates/questionnaire")}
        value={view.plan}
        popupMatchSelectWidth={false}
        options={[
          { value: "", label: t("rates/allQuestionnaires") },
          ...plans.map((plan) => ({ value: plan.id, label: plan.name })),
        ]}
        onChange={(plan: string) => onChange({ plan })}
      />
      <Select
        aria-label={t("rates/with")}
        value={view.with}
        popupMatchSelectWidth={false}
        options={withs.map((state) => ({
          value: state as RateView["with"],
          label: t(`rates/with_${state || "any"}`),
        }))}
        onChange={(chosen: RateView["with"]) => onChange({ with: chosen })}
      />
      <Segmented
        aria-label={t("rates/order")}
        value={view.order}
        options={(["place", "lowest"] as const).map((order) => ({
          value: order,
          label: t(`rates/order_${order}`),
        }))}
        onChange={(order) => onChange({ order })}
      />
    </search>
  );
}

interface PartProps {
  rates: ResponseRates;
  view: RateView;
  onChange: OnChange;
}

function NothingYet({ rates, view, onChange }: PartProps) {
  const { t } = useTranslation();
  const isFiltered = view.site !== "" || view.plan !== "" || view.with !== "" || view.page > 1;
  if (isFiltered)
    return (
      <EmptyState
        title={t("rates/noMatch")}
        hint={t("rates/noMatchHint")}
        action={
          <Button onClick={() => onChange({ site: "", plan: "", with: "" })}>
            {t("rates/clear")}
          </Button>
        }
      />
    );
  return (
    <EmptyState
      title={t("rates/empty")}
      hint={t(rates.plans.length === 0 ? "rates/noPlanHint" : "rates/emptyHint")}
    />
  );
}

function Foot({ rates, view, onChange }: PartProps) {
  const { t, i18n } = useTranslation();
  const first = (view.page - 1) * pageSize + 1;
  const last = first + rates.rows.length - 1;
  const number = (value: number): string => count(value, i18n.language);
  return (
    <div className="rate-foot">
      <span className="soft">
        {t("rates/asOf")} <Time at={rates.at} format="clock" /> ·{" "}
        {t("rates/shown", { first: number(first), last: number(last), total: number(rates.total) })}
      </span>
      {rates.total > pageSize && (
        <nav aria-label={t("rates/pages")}>
          <Button disabled={view.page === 1} onClick={() => onChange({ page: view.page - 1 })}>
            {t("rates/before")}
          </Button>
          <Button disabled={last >= rates.total} onClick={() => onChange({ page: view.page + 1 })}>
            {t("rates/after")}
          </Button>
        </nav>
      )}
    </div>
  );
}

// SPDX-License-Identifier: Apache-2.0
// The subjects behind one row of the rates, each with its window by the site's clocks.
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Button, Drawer, Select } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import {
  listOccasions,
  occasionStates,
  type Occasion,
  type OccasionState,
  type RatedPlan,
  type Site,
} from "@/api";
import { Loading } from "@/frame/page";
import { ProblemPanel } from "@/frame/problem_panel";
import { Time } from "@/frame/time";
import { word } from "@/i18n/word";
import { count } from "../system/format";
import { followEvery } from "./follow";
import { OccasionTag } from "./occasion_tag";
import type { Behind } from "./use_rate_view";

const pageSize = 100;

interface OccasionsDrawerProps {
  study: string;
  behind: Behind;
  plan: RatedPlan | undefined;
  site: Site | undefined;
  onState: (state: OccasionState | "") => void;
  onClose: () => void;
}

export function OccasionsDrawer(props: OccasionsDrawerProps) {
  const { study, behind, plan, site, onState, onClose } = props;
  const { t, i18n } = useTranslation();
  const { state, ...row } = behind;
  const occasions = useInfiniteQuery({
    queryKey: ["occasions", study, behind],
    queryFn: ({ pageParam, signal }) =>
      listOccasions(
        { study, ...row },
        { state: state || undefined, offset: pageParam, limit: pageSize },
        { signal },
      ),
    initialPageParam: 0,
    getNextPageParam: (last, pages) =>
      pages.length * pageSize < last.total ? pages.length * pageSize : undefined,
    placeholderData: keepPreviousData,
    refetchInterval: followEvery,
  });
  const list = occasions.data?.pages.flatMap((page) => page.occasions) ?? [];
  const total = occasions.data?.pages[0]?.total;
  const name = t("rates/occasion", {
    name: plan?.name ?? "",
    number: behind.number,
    times: plan?.times ?? behind.number,
  });
  return (
    <Drawer open size={560} title={`${site?.name ?? ""} · ${name}`} onClose={onClose}>
      <div className="occasions-head">
        <Select
          aria-label={t("matrix/state")}
          value={state}
          popupMatchSelectWidth={false}
          options={[
            { value: "" as OccasionState | "", label: t("matrix/allStates") },
            ...occasionStates.map((one) => ({
              value: one,
              label: word(i18n, "occasionState", one),
            })),
          ]}
          onChange={onState}
        />
        {total !== undefined && (
          <span data-testid="occasions-total" data-total={total}>
            {t("rates/subjects", { count: total, number: count(total, i18n.language) })}
          </span>
        )}
      </div>
      {site && <p className="soft">{t("rates/clocks", { zone: site.time_zone })}</p>}
      {occasions.error && (
        <ProblemPanel error={occasions.error} onRetry={() => void occasions.refetch()} />
      )}
      {occasions.isPending && <Loading rows={4} />}
      <ul className="occasions">
        {list.map((one) => (
          <OccasionLine key={one.subject} study={study} one={one} zone={site?.time_zone} />
        ))}
      </ul>
      {occasions.hasNextPage && (
        <Button onClick={() => void occasions.fetchNextPage()}>{t("rates/more")}</Button>
      )}
    </Drawer>
  );
}

interface OccasionLineProps {
  study: string;
  one: Occasion;
  zone: string | undefined;
}

function OccasionLine({ study, one, zone }: OccasionLineProps) {
  const { t } = useTranslation();
  return (
    <li>
      <Link to={`/studies/${study}/subjects/${one.subject}/questionnaires`}>{one.key}</Link>
      <OccasionTag state={one.state} />
      <span className="soft">
        {one.answered_at ? t("rates/answeredAt") : t("rates/dueAt")}{" "}
        <Time at={one.answered_at ?? one.due_at} zone={zone} format="minute" />
        {one.state === "late" && (
          <>
            {" · "}
            {t("rates/takenUntil")} <Time at={one.closes_at} zone={zone} format="minute" />
          </>
        )}
      </span>
    </li>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { useSearchParams } from "react-router";
import { occasionStates, type OccasionState } from "@/api";

export const pageSize = 50;

/** One row of the table, and those of its windows that are looked at; without a state all. */
export interface Behind {
  site: string;
  plan: string;
  number: number;
  state: OccasionState | "";
}

/** What is looked at. It lives in the address, so that a link shows the same. */
export interface RateView {
  site: string;
  plan: string;
  with: OccasionState | "";
  order: "place" | "lowest";
  page: number;
  behind: Behind | null;
}

const stateOf = (text: string | null): OccasionState | "" =>
  occasionStates.find((one) => one === text) ?? "";

function behindIn(text: string | null): Behind | null {
  const [site, plan, number, state = ""] = text?.split(".") ?? [];
  return site && plan && Number(number) > 0
    ? { site, plan, number: Number(number), state: stateOf(state) }
    : null;
}

const textOf = (view: RateView): Record<string, string> => ({
  site: view.site,
  plan: view.plan,
  with: view.with,
  order: view.order === "place" ? "" : view.order,
  page: view.page === 1 ? "" : String(view.page),
  of: view.behind
    ? [view.behind.site, view.behind.plan, view.behind.number, view.behind.state].join(".")
    : "",
});

export function useRateView(): [RateView, (part: Partial<RateView>) => void] {
  const [parameters, setParameters] = useSearchParams();
  const view: RateView = {
    site: parameters.get("site") ?? "",
    plan: parameters.get("plan") ?? "",
    with: stateOf(parameters.get("with")),
    order: parameters.get("order") === "lowest" ? "lowest" : "place",
    page: Math.max(1, Number(parameters.get("page")) || 1),
    behind: behindIn(parameters.get("of")),
  };
  const change = (part: Partial<RateView>): void => {
    // Other rows begin with their first page.
    const page = "behind" in part ? view.page : 1;
    const next = textOf({ ...view, page, ...part });
    setParameters(Object.entries(next).filter(([, text]) => text !== ""));
  };
  return [view, change];
}

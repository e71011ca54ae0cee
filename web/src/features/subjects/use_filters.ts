// SPDX-License-Identifier: Apache-2.0
import { useEffect } from "react";
import { useSearchParams } from "react-router";
import { cellStates, type CellState } from "@/api";

export interface Filters {
  site: string;
  search: string;
  state: CellState | "";
}

const names = { site: "site", search: "q", state: "state" } as const;
const storageKey = (study: string): string => `cohort.filters.${study}`;

/** Filters live in the address, so that a link shows the same; a bare address takes the last ones. */
export function useFilters(study: string): [Filters, (part: Partial<Filters>) => void] {
  const [parameters, setParameters] = useSearchParams();
  const isBare = parameters.size === 0;

  useEffect(() => {
    const kept = localStorage.getItem(storageKey(study));
    if (isBare && kept) setParameters(new URLSearchParams(kept), { replace: true });
    // Only the arrival at a study takes the remembered filters; clearing them later must not.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [study]);

  const state = cellStates.find((entry) => entry === parameters.get(names.state)) ?? "";
  const filters: Filters = {
    site: parameters.get(names.site) ?? "",
    search: parameters.get(names.search) ?? "",
    state,
  };
  const change = (part: Partial<Filters>): void => {
    const next = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...filters, ...part })) {
      if (value) next.set(names[name as keyof Filters], value);
    }
    if (next.size === 0) localStorage.removeItem(storageKey(study));
    else localStorage.setItem(storageKey(study), next.toString());
    setParameters(next, { replace: true });
  };
  return [filters, change];
}

// SPDX-License-Identifier: Apache-2.0
import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { readMatrix, type CellState, type Matrix, type MatrixRow } from "@/api";

export const pageSize = 250;

export interface MatrixView {
  first: Matrix | undefined;
  total: number;
  row: (index: number) => MatrixRow | undefined;
  error: Error | null;
  isPending: boolean;
  refetch: () => void;
}

interface Filter {
  site: string;
  search: string;
  state: CellState | "";
}

/**
 * The rows of the matrix, read in pages as they come into view. A filter by state needs every
 * row, because the server pages by subject: then all pages are read and filtered here.
 */
export function useMatrix(
  study: string,
  filter: Filter,
  visible: { from: number; to: number },
): MatrixView {
  const page = (index: number) => ({
    queryKey: ["matrix", study, filter.site, filter.search, index],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      readMatrix(
        study,
        {
          site: filter.site,
          search: filter.search,
          offset: index * pageSize,
          limit: pageSize,
        },
        { signal },
      ),
    staleTime: 5_000,
  });
  const first = useQuery({ ...page(0), placeholderData: keepPreviousData });
  const total = first.data?.total ?? 0;
  const pages = Math.ceil(total / pageSize);
  const wanted = useMemo(() => {
    const from = filter.state ? 1 : Math.max(1, Math.floor(visible.from / pageSize));
    const to = filter.state ? pages - 1 : Math.min(pages - 1, Math.floor(visible.to / pageSize));
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
  }, [filter.state, visible.from, visible.to, pages]);
  const others = useQueries({ queries: wanted.map(page) });

  const rows = new Map<number, MatrixRow[]>();
  if (first.data) rows.set(0, first.data.rows);
  wanted.forEach((index, position) => {
    const data = others[position]?.data;
    if (data) rows.set(index, data.rows);
  });
  const failed = others.find((query) => query.error);
  const common = {
    first: first.data,
    error: first.error ?? failed?.error ?? null,
    isPending: first.isPending,
    refetch: () => {
      void first.refetch();
      others.forEach((query) => void query.refetch());
    },
  };
  if (filter.state) {
    const matching = [...rows.values()]
      .flat()
      .filter((row) => row.cells.some((cell) => cell.state === filter.state));
    return { ...common, total: matching.length, row: (index) => matching[index] };
  }
  return {
    ...common,
    total,
    row: (index) => rows.get(Math.floor(index / pageSize))?.[index % pageSize],
  };
}

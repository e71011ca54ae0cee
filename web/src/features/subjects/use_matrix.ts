// SPDX-License-Identifier: Apache-2.0
import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { readMatrix, type CellState, type Matrix, type MatrixRow } from "@/api";
import { pageSize, wantedPages, type PageRange } from "./matrix_pages";

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
 * The rows of the matrix, read in pages: those in view and beside it first, then one by one the
 * rest, so that a scroll does not meet a row that is not there. A filter by state needs every row,
 * because the server pages by subject: then all pages are read at once and filtered here.
 */
export function useMatrix(study: string, filter: Filter, inView: PageRange): MatrixView {
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
    refetchOnWindowFocus: index === 0,
  });
  const first = useQuery({ ...page(0), placeholderData: keepPreviousData });
  const total = first.data?.total ?? 0;
  const pages = Math.ceil(total / pageSize);
  const [ahead, setAhead] = useState(0);
  const wanted = useMemo(
    () => wantedPages(inView, filter.state ? pages : ahead, pages),
    [filter.state, inView, ahead, pages],
  );
  const others = useQueries({ queries: wanted.map(page) });
  const isQuiet = first.isSuccess && others.every((query) => query.isSuccess);
  if (isQuiet && ahead < pages) setAhead(ahead + 1);

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

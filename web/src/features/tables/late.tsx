// SPDX-License-Identifier: Apache-2.0
// This page comes when it is asked for: the first page of all is quick without it.
import { lazy, Suspense } from "react";
import { Loading } from "@/frame/page";

const Tables = lazy(async () => ({ default: (await import("./tables_page")).TablesPage }));

export const LateTablesPage = () => (
  <Suspense fallback={<Loading />}>
    <Tables />
  </Suspense>
);

// SPDX-License-Identifier: Apache-2.0
// This page comes when it is asked for: the first page of all is quick without it.
import { lazy, Suspense } from "react";
import { Loading } from "@/frame/page";

const System = lazy(async () => ({ default: (await import("./system_page")).SystemPage }));

export const LateSystemPage = () => (
  <Suspense fallback={<Loading />}>
    <System />
  </Suspense>
);

// SPDX-License-Identifier: Apache-2.0
// This page comes when it is asked for: the first page of all is quick without it.
import { lazy, Suspense } from "react";
import { Loading } from "@/frame/page";

const Alerts = lazy(async () => ({ default: (await import("./alerts_page")).AlertsPage }));

export const LateAlertsPage = () => (
  <Suspense fallback={<Loading />}>
    <Alerts />
  </Suspense>
);

// SPDX-License-Identifier: Apache-2.0
// These pages come when they are asked for: the first page of all is quick without them.
import { lazy, Suspense, type ReactNode } from "react";
import { Loading } from "@/frame/page";

const Rates = lazy(async () => ({ default: (await import("./rates_page")).RatesPage }));
const Schedule = lazy(async () => ({ default: (await import("./schedule_page")).SchedulePage }));

const late = (page: ReactNode) => <Suspense fallback={<Loading />}>{page}</Suspense>;

export const LateRatesPage = () => late(<Rates />);
export const LateSchedulePage = () => late(<Schedule />);

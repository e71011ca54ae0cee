// SPDX-License-Identifier: Apache-2.0
// The pages of jobs come when they are asked for: the first page of all is quick without them.
import { lazy, Suspense, type ReactNode } from "react";
import { Loading } from "@/frame/page";

const Jobs = lazy(async () => ({ default: (await import("./jobs_page")).JobsPage }));
const Job = lazy(async () => ({ default: (await import("./job_page")).JobPage }));

const late = (page: ReactNode) => <Suspense fallback={<Loading />}>{page}</Suspense>;

export const LateJobsPage = () => late(<Jobs />);
export const LateJobPage = () => late(<Job />);

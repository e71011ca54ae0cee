// SPDX-License-Identifier: Apache-2.0
// Tables for analysis.
import { call } from "./client";
import type { SiteAnalysis, StartedJob } from "./schema";

/** The tables of the sites at which the person may export. */
export const listAnalyses = async (
  study: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<SiteAnalysis[]> =>
  (await call("listAnalyses", { path: { study } }, { signal })).body.sites;

/** Answers with the run that is under way already, should there be one. */
export const startAnalysis = async (study: string, idempotencyKey: string): Promise<StartedJob> =>
  (await call("startAnalysis", { path: { study } }, { idempotencyKey })).body;

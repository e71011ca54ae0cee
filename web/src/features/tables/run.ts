// SPDX-License-Identifier: Apache-2.0
import type { Job } from "@/api";

/** The kind of job that makes tables for analysis. */
export const kind = "study.analysis";

/** Under which the newest run of a study is kept. */
export const runKey = (study: string): string[] => ["jobs", kind, study];

export const isOver = (run: Job): boolean => run.ended_at !== null;

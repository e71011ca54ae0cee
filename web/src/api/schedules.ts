// SPDX-License-Identifier: Apache-2.0
// When jobs of a study start by themselves. Each kind of job has a list of its own, under the right
// that starting it needs; what the lists say of a time is the same.
import { call } from "./client";
import type { NewAnalysisSchedule, AnalysisSchedule } from "./schema";

export type JobSchedule = AnalysisSchedule;
export type NewJobSchedule = NewAnalysisSchedule;

const kinds = {
  analysis: {
    right: "export.run",
    list: "listAnalysisSchedules",
    add: "addAnalysisSchedule",
    stop: "stopAnalysisSchedule",
  },
  push: {
    right: "job.steer",
    list: "listPushSchedules",
    add: "addPushSchedule",
    stop: "stopPushSchedule",
  },
} as const;

/** A kind of job that can start by itself. */
export type ScheduledKind = keyof typeof kinds;

/** What somebody needs for the whole study to see, to add and to stop its times. */
export const scheduleRight = (kind: ScheduledKind) => kinds[kind].right;

export const listSchedules = async (
  kind: ScheduledKind,
  study: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<JobSchedule[]> =>
  (await call(kinds[kind].list, { path: { study } }, { signal })).body.schedules;

export const addSchedule = async (
  kind: ScheduledKind,
  study: string,
  body: NewJobSchedule,
  idempotencyKey: string,
): Promise<JobSchedule> =>
  (await call(kinds[kind].add, { path: { study }, body }, { idempotencyKey })).body;

/** It starts nothing any more. */
export const stopSchedule = async (
  kind: ScheduledKind,
  study: string,
  schedule: string,
): Promise<void> => {
  await call(kinds[kind].stop, { path: { study, schedule } });
};

// SPDX-License-Identifier: Apache-2.0
// Answers of patients that call somebody.
import { call } from "./client";
import type { PatientAlert } from "./schema";

/** As many alerts as come at once. */
export const mostAlerts = 200;

/** Those that nobody has taken care of, the oldest first, at the sites that one may see. */
export const listPatientAlerts = async (
  study: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<PatientAlert[]> =>
  (await call("listPatientAlerts", { path: { study }, query: { limit: mostAlerts } }, { signal }))
    .body.alerts;

export const readAlertPatience = async (
  study: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<number> =>
  (await call("readAlertPatience", { path: { study } }, { signal })).body.minutes;

export const setAlertPatience = async (study: string, minutes: number): Promise<void> => {
  await call("setAlertPatience", { path: { study }, body: { minutes } });
};

export const takePatientAlert = async (alert: string, note: string): Promise<void> => {
  await call("acknowledgePatientAlert", { path: { alert }, body: { note } });
};

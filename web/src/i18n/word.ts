// SPDX-License-Identifier: Apache-2.0
import type { i18n } from "i18next";
import type { en } from "./en";
import type { enJobs } from "./en_jobs";
import type { enPush } from "./en_push";
import type { enRates } from "./en_rates";
import type { enResponses } from "./en_responses";

type Family =
  | "role"
  | "action"
  | "missing"
  | "state"
  | "stage"
  | "wait"
  | "standing"
  | "jobKind"
  | "jobState"
  | "itemState"
  | "jobCode"
  | "fate"
  | "occasionState";

/** The word for a code the server sends; the code itself when the console does not know it. */
export function word(
  texts: i18n,
  family: Family &
    keyof (typeof en & typeof enJobs & typeof enPush & typeof enRates & typeof enResponses),
  code: string,
): string {
  const key = `${family}/${code}`;
  return texts.exists(key) ? String(texts.t(key as "role/admin")) : code;
}

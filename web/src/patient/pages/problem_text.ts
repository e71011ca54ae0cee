// SPDX-License-Identifier: Apache-2.0
import type { TFunction } from "i18next";
import { asProblem } from "@/api/client";

/** What went wrong when somebody tried to come in, in words for a patient. */
export function problemText(t: TFunction<"patient">, error: unknown): string {
  const problem = asProblem(error);
  switch (problem.code) {
    case "bad-credentials":
    case "weak-pin":
      return t(`problem/${problem.code}`);
    case "locked-out":
      return t("problem/locked-out", { count: Math.ceil((problem.retryAfterSeconds ?? 60) / 60) });
    default:
      return problem.status === 0 ? t("problem/no-answer") : t("problem/other");
  }
}

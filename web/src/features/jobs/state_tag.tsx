// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { Job } from "@/api";
import { word } from "@/i18n/word";

const looks: Record<Job["state"], string> = {
  queued: "waits",
  running: "goes",
  pausing: "waits",
  paused: "waits",
  cancelling: "waits",
  cancelled: "ended",
  succeeded: "good",
  succeeded_with_failures: "mixed",
  failed: "bad",
};

export function StateTag({ state }: { state: Job["state"] }) {
  const { i18n } = useTranslation();
  return (
    <span className={`job-state job-${looks[state]}`} data-testid="job-state" data-state={state}>
      {word(i18n, "jobState", state)}
    </span>
  );
}

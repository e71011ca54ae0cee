// SPDX-License-Identifier: Apache-2.0
import type { Refusal } from "../phone/outbox";
import { usePatientTexts } from "../use_patient_texts";

const known = [
  "task-answered",
  "task-closed",
  "task-not-open",
  "study-paused",
  "questionnaire-withdrawn",
  "response-refused",
] as const;

/** Why answers will not be taken as they are, and where they are now. */
export function RefusedText({ refusal }: { refusal: Refusal }) {
  const { t } = usePatientTexts();
  const code = known.find((one) => one === refusal.code) ?? "other";
  return (
    <p>
      {t(`refused/${code}`)} {t("refused/keep")}
    </p>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { usePatientTexts } from "../use_patient_texts";
import type { Saving } from "./use_draft";

interface FormPlaceProps {
  /** Null where all questions are shown. */
  number: number | null;
  total: number;
  saving: Saving;
}

/** Where the patient is in the form, and whether what was typed is safe. */
export function FormPlace({ number, total, saving }: FormPlaceProps) {
  const { t, i18n } = usePatientTexts();
  const saved = (): string => {
    if (saving.kind === "failed") return t("form/notSaved");
    if (saving.kind === "saving") return t("form/unsaved");
    const how = { hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
    return t("form/savedAt", { time: saving.at.toLocaleTimeString(i18n.language, how) });
  };
  return (
    <div className="place">
      {number !== null && <p>{t("form/place", { number, total })}</p>}
      <p data-saved={saving.kind} role={saving.kind === "failed" ? "alert" : undefined}>
        {saved()}
      </p>
    </div>
  );
}

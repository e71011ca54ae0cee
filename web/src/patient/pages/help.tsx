// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from "react";
import { usePatientTexts } from "../use_patient_texts";
import { Page } from "./page";

interface HelpProps {
  status: ReactNode;
  help: readonly string[];
  onRead: () => void;
}

/** What the study team wants a patient to read at once, before anything else. */
export function Help({ status, help, onRead }: HelpProps) {
  const { t } = usePatientTexts();
  return (
    <Page title={t("sent/help")} status={status}>
      <div className="help" role="alert">
        {help.map((text) => (
          <p key={text}>{text}</p>
        ))}
      </div>
      <button type="button" className="main" onClick={onRead}>
        {t("sent/read")}
      </button>
    </Page>
  );
}

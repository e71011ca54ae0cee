// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState, type ReactNode } from "react";
import * as api from "../phone/api";
import type { Phone } from "../phone/use_phone";
import { usePatientTexts } from "../use_patient_texts";
import { Page } from "./page";

interface SignOutProps {
  phone: Phone;
  status: ReactNode;
  onStay: () => void;
  onOut: () => void;
}

/** Going out ends what the phone keeps, unless something in it is not sent yet. */
export function SignOut({ phone, status, onStay, onOut }: SignOutProps) {
  const { t } = usePatientTexts();
  const { vault, entries } = phone;
  const [drafts, setDrafts] = useState<number | null>(null);
  useEffect(() => {
    void vault.all("draft/").then((all) => setDrafts(all.length));
  }, [vault]);
  const isClean = entries.length === 0 && drafts === 0;

  async function goOut(): Promise<void> {
    // Without a line the session ends by itself; what is here is locked or gone in any case.
    await api.goOut().catch(() => undefined);
    if (isClean) await vault.destroy();
    onOut();
  }

  return (
    <Page title={t("out/title")} status={status}>
      <p>{drafts === null ? t("loading") : t(isClean ? "out/clean" : "out/unsent")}</p>
      <div className="actions">
        <button type="button" disabled={drafts === null} onClick={() => void goOut()}>
          {t("today/out")}
        </button>
        <button type="button" className="main" onClick={onStay}>
          {t("out/stay")}
        </button>
      </div>
    </Page>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { useState, type FormEvent } from "react";
import type { PatientSession } from "@/api/schema";
import * as api from "../phone/api";
import { keepPin } from "../phone/pin";
import { openVault } from "../phone/vault";
import { usePatientTexts } from "../use_patient_texts";
import { Page } from "./page";
import { problemText } from "./problem_text";
import { SecretField } from "./secret_field";

interface ActivationProps {
  invitation: string;
  onIn: (session: PatientSession) => Promise<void>;
}

/** The first time: the link is here, the code was told apart from it, the PIN is chosen. */
export function Activation({ invitation, onIn }: ActivationProps) {
  const { t } = usePatientTexts();
  const [code, setCode] = useState("");
  const [pin, setPin] = useState("");
  const [again, setAgain] = useState("");
  const [error, setError] = useState("");
  const [isBusy, setBusy] = useState(false);

  async function activate(): Promise<void> {
    if (pin !== again) return setError(t("activate/differ"));
    setBusy(true);
    setError("");
    try {
      const session = await api.activate(invitation, code.replaceAll(/\s/g, ""), pin);
      await keepPin(await openVault(api.ownerOf(session)), pin);
      await onIn(session);
    } catch (problem) {
      setError(problemText(t, problem));
      setBusy(false);
    }
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void activate();
  };

  return (
    <Page title={t("activate/title")}>
      <p>{t("activate/text")}</p>
      <form onSubmit={submit}>
        <SecretField label={t("activate/code")} value={code} onChange={setCode} isCode />
        <SecretField label={t("activate/pin")} value={pin} onChange={setPin} isNew />
        <SecretField label={t("activate/again")} value={again} onChange={setAgain} isNew />
        <p role="alert">{error}</p>
        <button type="submit" className="main" disabled={isBusy}>
          {t("activate/go")}
        </button>
      </form>
    </Page>
  );
}

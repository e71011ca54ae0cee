// SPDX-License-Identifier: Apache-2.0
import { useState, type FormEvent } from "react";
import { asProblem } from "@/api/client";
import type { PatientSession } from "@/api/schema";
import * as api from "../phone/api";
import { checkPin, keepPin } from "../phone/pin";
import { openLastVault, openVault, type Vault } from "../phone/vault";
import { usePatientTexts } from "../use_patient_texts";
import { Page } from "./page";
import { problemText } from "./problem_text";
import { SecretField } from "./secret_field";

interface EnterProps {
  wasAway: boolean;
  onIn: (session: PatientSession) => Promise<void>;
  /** The PIN is right, but the server could not be asked. */
  onAlone: (vault: Vault) => void;
}

/** Coming in again: the server says whether the PIN is right; without a line the phone does. */
export function Enter({ wasAway, onIn, onAlone }: EnterProps) {
  const { t } = usePatientTexts();
  const [pin, setPin] = useState("");
  const [error, setError] = useState("");
  const [isBusy, setBusy] = useState(false);

  async function comeIn(): Promise<string> {
    try {
      const session = await api.comeIn(pin);
      await keepPin(await openVault(api.ownerOf(session)), pin);
      await onIn(session);
      return "";
    } catch (problem) {
      const { passing, status } = asProblem(problem);
      if (!passing || status === 429) return problemText(t, problem);
      return comeInAlone();
    }
  }

  async function comeInAlone(): Promise<string> {
    const vault = await openLastVault();
    const found = vault ? await checkPin(vault, pin) : "unknown";
    if (vault && found === "right") onAlone(vault);
    return found === "right" ? "" : t(found === "wrong" ? "enter/wrong" : "enter/unknownOffline");
  }

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setBusy(true);
    setError("");
    void comeIn().then((text) => {
      setError(text);
      setBusy(false);
    });
  };

  return (
    <Page title={t("enter/title")}>
      <p>{t(wasAway ? "enter/ended" : "enter/text")}</p>
      <form onSubmit={submit}>
        <SecretField label={t("enter/pin")} value={pin} onChange={setPin} />
        <p role="alert">{error}</p>
        <button type="submit" className="main" disabled={isBusy}>
          {t("enter/go")}
        </button>
      </form>
      <p className="soft">{t("enter/new")}</p>
    </Page>
  );
}

// SPDX-License-Identifier: Apache-2.0
// Who is here: somebody with an invitation, somebody who must say the PIN, or the patient.
import { useEffect, useState } from "react";
import type { PatientSession } from "@/api/schema";
import { Activation } from "./pages/activation";
import { Enter } from "./pages/enter";
import { Page } from "./pages/page";
import { Signed } from "./pages/signed";
import * as api from "./phone/api";
import { openVault, type Vault } from "./phone/vault";
import { usePatientTexts } from "./use_patient_texts";

type State =
  | { kind: "starting" }
  | { kind: "invited"; invitation: string }
  | { kind: "locked"; wasAway: boolean }
  | { kind: "in"; vault: Vault; idleSeconds: number };

const idleWithoutLine = 15 * 60;

export function App({ invitation }: { invitation: string }) {
  const { t, i18n } = usePatientTexts();
  const [state, setState] = useState<State>(
    invitation ? { kind: "invited", invitation } : { kind: "starting" },
  );
  const isSafe = window.isSecureContext;

  useEffect(() => {
    document.title = t("title");
  }, [t, i18n.language]);

  useEffect(() => {
    if (!isSafe || invitation) return;
    void api.readSession().then(enter, () => setState({ kind: "locked", wasAway: false }));
  }, [isSafe, invitation]);

  async function enter(session: PatientSession): Promise<void> {
    const vault = await openVault(api.ownerOf(session));
    setState({ kind: "in", vault, idleSeconds: session.idle_seconds });
  }
  const enterAlone = (vault: Vault): void =>
    setState({ kind: "in", vault, idleSeconds: idleWithoutLine });

  if (!isSafe)
    return (
      <Page title={t("insecure/title")}>
        <p>{t("insecure/text")}</p>
      </Page>
    );
  switch (state.kind) {
    case "starting":
      return (
        <Page title={t("title")}>
          <p role="status">{t("loading")}</p>
        </Page>
      );
    case "invited":
      return <Activation invitation={state.invitation} onIn={enter} />;
    case "locked":
      return <Enter wasAway={state.wasAway} onIn={enter} onAlone={enterAlone} />;
    case "in":
      return (
        <Signed
          vault={state.vault}
          idleSeconds={state.idleSeconds}
          onLock={(wasAway) => setState({ kind: "locked", wasAway })}
        />
      );
  }
}

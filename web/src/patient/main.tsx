// SPDX-License-Identifier: Apache-2.0
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { startTexts } from "@/i18n";
import { patientEn } from "@/i18n/patient_en";
import { patientZh } from "@/i18n/patient_zh";
import { takeInvitation } from "./phone/invitation";
import { App } from "./app";
import "./patient.css";

// Before anything else: what lets somebody in does not stay in the address.
const invitation = takeInvitation();
await startTexts("patient", { "zh-CN": patientZh, en: patientEn });
// Without it the page works as long as there is a connection, so a failure is no error.
void navigator.serviceWorker?.register("/patient/worker.js").catch(() => undefined);
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App invitation={invitation} />
    </StrictMode>,
  );
}

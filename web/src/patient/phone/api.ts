// SPDX-License-Identifier: Apache-2.0
// The calls of the patient's page. No address holds who the patient is.
import { Problem, call, renewCsrfBy, send, setCsrf } from "@/api/client";
import type { PatientHistory, PatientSession, PatientTasks, Submitted } from "@/api/schema";
import type { Tree } from "../form/form";
import type { Entry } from "./outbox";

const fhir = "application/fhir+json";

let owner = "";

/** Whose vault goes with a session. */
export const ownerOf = ({ study, subject }: PatientSession): string => `${study}/${subject}`;

function remember(session: PatientSession): PatientSession {
  owner = ownerOf(session);
  setCsrf(session.csrf);
  return session;
}

/** What this page shows is one patient's: should another have come in since, it is not for them. */
export function belongTo(patient: string): void {
  owner = patient;
}

renewCsrfBy(async () => {
  const { body } = await call("readPatientSession", {}, { again: true });
  if (owner !== "" && ownerOf(body) !== owner) throw new Problem(401, { code: "other-patient" });
  return body.csrf;
});

export const activate = async (
  invitation: string,
  code: string,
  pin: string,
): Promise<PatientSession> =>
  remember((await call("activatePatient", { body: { invitation, code, pin } })).body);

export const comeIn = async (pin: string): Promise<PatientSession> =>
  remember((await call("startPatientSession", { body: { pin } })).body);

export const readSession = async (): Promise<PatientSession> =>
  remember((await call("readPatientSession", {}, { timeoutMs: 8_000 })).body);

export const goOut = async (): Promise<void> => {
  await call("endPatientSession", {});
};

export const readTasks = async (): Promise<PatientTasks> =>
  (await call("listPatientTasks", {}, { timeoutMs: 8_000 })).body;

export const readHistory = async (): Promise<PatientHistory> =>
  (await call("readPatientHistory", {}, { timeoutMs: 8_000 })).body;

export async function readForm(id: string): Promise<Tree> {
  const address = `/api/v1/patient/questionnaires/${encodeURIComponent(id)}`;
  return (await (await send({ method: "GET", address })).json()) as Tree;
}

export async function submit({ plan, number, key, body }: Entry): Promise<Submitted> {
  const address = `/api/v1/patient/tasks/${encodeURIComponent(plan)}/${number}/response`;
  const outgoing = { method: "POST", address, body, contentType: fhir };
  const response = await send(outgoing, { idempotencyKey: key });
  return (await response.json()) as Submitted;
}

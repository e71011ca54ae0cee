// SPDX-License-Identifier: Apache-2.0
// Every call the pages make, one function each.
import { request, setCsrf } from "./client";
import type {
  AuditPage,
  Definition,
  FormDocument,
  FormHistory,
  FormPatch,
  FormPlace,
  Matrix,
  Session,
  Study,
  StudySummary,
  Subject,
  SubjectDetail,
  SystemReport,
  User,
} from "./types";

export * from "./types";
export { Intention, Problem, asProblem, newIdempotencyKey, onSessionEnded } from "./client";

type Signal = { signal?: AbortSignal };

const query = (parameters: Record<string, string | number | undefined>): string => {
  const present = Object.entries(parameters).filter(
    ([, value]) => value !== undefined && value !== "",
  );
  return present.length === 0
    ? ""
    : `?${new URLSearchParams(present.map(([key, value]) => [key, String(value)])).toString()}`;
};

function remember(session: Session): Session {
  setCsrf(session.csrf);
  return session;
}

export const signIn = async (login: string, password: string): Promise<Session> =>
  remember((await request<Session>("POST", "/session", { body: { login, password } })).body);

export const readSession = async (): Promise<Session> =>
  remember((await request<Session>("GET", "/session")).body);

export const signOut = async (): Promise<void> => {
  await request("DELETE", "/session");
};

export const listStudies = async ({ signal }: Signal = {}): Promise<StudySummary[]> =>
  (await request<{ studies: StudySummary[] }>("GET", "/studies", { signal })).body.studies;

export const readStudy = async (study: string, { signal }: Signal = {}): Promise<Study> =>
  (await request<Study>("GET", `/studies/${study}`, { signal })).body;

export const readDefinition = async (study: string, { signal }: Signal = {}): Promise<Definition> =>
  (await request<Definition>("GET", `/studies/${study}/definition`, { signal })).body;

export interface MatrixFilter {
  site?: string;
  search?: string;
  offset: number;
  limit: number;
}

export const readMatrix = async (
  study: string,
  filter: MatrixFilter,
  { signal }: Signal = {},
): Promise<Matrix> =>
  (await request<Matrix>("GET", `/studies/${study}/matrix${query({ ...filter })}`, { signal }))
    .body;

export const addSubject = async (
  study: string,
  body: { site: string; key?: string; enrolled_on?: string },
  idempotencyKey: string,
): Promise<Subject> =>
  (await request<Subject>("POST", `/studies/${study}/subjects`, { body, idempotencyKey })).body;

export const readSubject = async (
  subject: string,
  { signal }: Signal = {},
): Promise<SubjectDetail> =>
  (await request<SubjectDetail>("GET", `/subjects/${subject}`, { signal })).body;

/** Makes a form that nobody has begun; answers with the one that is there, should there be one. */
export const openForm = async (
  { subject, ...body }: FormPlace,
  idempotencyKey: string,
): Promise<FormDocument> =>
  (await request<FormDocument>("POST", `/subjects/${subject}/forms`, { body, idempotencyKey }))
    .body;

export const readForm = async (form: string, { signal }: Signal = {}): Promise<FormDocument> =>
  (await request<FormDocument>("GET", `/forms/${form}`, { signal })).body;

export const saveForm = async (
  form: string,
  patch: FormPatch,
  idempotencyKey: string,
): Promise<FormDocument> =>
  (await request<FormDocument>("PATCH", `/forms/${form}`, { body: patch, idempotencyKey })).body;

export const completeForm = async (
  form: string,
  version: number,
  acknowledged: string[],
  idempotencyKey: string,
): Promise<FormDocument> =>
  (
    await request<FormDocument>("POST", `/forms/${form}/complete`, {
      body: { acknowledged },
      ifMatch: `"${version}"`,
      idempotencyKey,
    })
  ).body;

export const readHistory = async (
  form: string,
  item?: string,
  { signal }: Signal = {},
): Promise<FormHistory> =>
  (await request<FormHistory>("GET", `/forms/${form}/history${query({ item })}`, { signal })).body;

export const readAudit = async (
  study: string,
  page: { offset: number; limit: number },
  { signal }: Signal = {},
): Promise<AuditPage> =>
  (await request<AuditPage>("GET", `/studies/${study}/audit${query(page)}`, { signal })).body;

export const readSystem = async ({ signal }: Signal = {}): Promise<SystemReport> =>
  (await request<SystemReport>("GET", "/system", { signal })).body;

export const listUsers = async ({ signal }: Signal = {}): Promise<User[]> =>
  (await request<{ users: User[] }>("GET", "/users?limit=500", { signal })).body.users;

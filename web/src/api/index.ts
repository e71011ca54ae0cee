// SPDX-License-Identifier: Apache-2.0
// The calls of the pages, one function each. Types come from the API's own description. What only a page
// calls that comes when it is asked for may stand in a file beside this one, and comes with it.
import { call, setCsrf } from "./client";
import type {
  AuditPage,
  Definition,
  FormDocument,
  FormHistory,
  FormPatch,
  Invitation,
  ItemValue,
  Job,
  JobItem,
  JobPace,
  JobReport,
  Jobs,
  Matrix,
  NewExport,
  NewForm,
  NewReportReceiver,
  NewSubject,
  Occasions,
  Operations,
  PatientResponse,
  Redrive,
  ResponseAnswers,
  ResponseReport,
  ResponseRates,
  RunningRequests,
  Session,
  SiteReports,
  StartedJob,
  Study,
  StudySummary,
  Subject,
  SubjectDetail,
  SubjectTasks,
  SystemReport,
  User,
} from "./schema";

export * from "./schema";
export { Intention, Problem, asProblem, newIdempotencyKey, onSessionEnded } from "./client";

/** Where a form belongs; there is one document for each place. */
export type FormPlace = { subject: string } & { [Member in keyof NewForm]-?: string };

/** A repeat is a key, not a count: it names one row for life. */
export type ItemAddress = Pick<ItemValue, "group" | "repeat" | "item">;

type Signal = { signal?: AbortSignal };

function remember(session: Session): Session {
  setCsrf(session.csrf);
  return session;
}

export const signIn = async (login: string, password: string): Promise<Session> =>
  remember((await call("signIn", { body: { login, password } })).body);

export const readSession = async (): Promise<Session> =>
  remember((await call("readSession", {})).body);

export const signOut = async (): Promise<void> => {
  await call("signOut", {});
};

export const listStudies = async ({ signal }: Signal = {}): Promise<StudySummary[]> =>
  (await call("listStudies", {}, { signal })).body.studies;

export const readStudy = async (study: string, { signal }: Signal = {}): Promise<Study> =>
  (await call("readStudy", { path: { study } }, { signal })).body;

export const readDefinition = async (study: string, { signal }: Signal = {}): Promise<Definition> =>
  (await call("readDefinition", { path: { study } }, { signal })).body;

export type MatrixFilter = NonNullable<Operations["readMatrix"]["input"]["query"]>;

export const readMatrix = async (
  study: string,
  filter: MatrixFilter,
  { signal }: Signal = {},
): Promise<Matrix> =>
  (await call("readMatrix", { path: { study }, query: filter }, { signal })).body;

export const addSubject = async (
  study: string,
  body: NewSubject,
  idempotencyKey: string,
): Promise<Subject> =>
  (await call("addSubject", { path: { study }, body }, { idempotencyKey })).body;

export const readSubject = async (
  subject: string,
  { signal }: Signal = {},
): Promise<SubjectDetail> => (await call("readSubject", { path: { subject } }, { signal })).body;

/** Makes a patient's link and code, shown this once; an earlier link that was not used is void. */
export const invitePatient = async (subject: string): Promise<Invitation> =>
  (await call("invitePatient", { path: { subject } })).body;

export const listResponses = async (
  subject: string,
  { signal }: Signal = {},
): Promise<PatientResponse[]> =>
  (await call("listResponses", { path: { subject } }, { signal })).body.responses;

export const readResponse = async (
  response: string,
  { signal }: Signal = {},
): Promise<PatientResponse> =>
  (await call("readResponse", { path: { response } }, { signal })).body;

export const readAnswers = async (
  response: string,
  { signal }: Signal = {},
): Promise<ResponseAnswers> => (await call("readAnswers", { path: { response } }, { signal })).body;

/** Code "report" while it is not made yet. */
export const readReport = async (
  response: string,
  { signal }: Signal = {},
): Promise<ResponseReport> => (await call("readReport", { path: { response } }, { signal })).body;
/** When a subject was, is and will be asked. */
export const listSubjectTasks = async (
  subject: string,
  { signal }: Signal = {},
): Promise<SubjectTasks> =>
  (await call("listSubjectTasks", { path: { subject } }, { signal })).body;

export type RateFilter = NonNullable<Operations["readResponseRates"]["input"]["query"]>;

export const readResponseRates = async (
  study: string,
  filter: RateFilter,
  { signal }: Signal = {},
): Promise<ResponseRates> =>
  (await call("readResponseRates", { path: { study }, query: filter }, { signal })).body;

export type OccasionFilter = NonNullable<Operations["listOccasions"]["input"]["query"]>;

/** The subjects behind one row of the response rates. */
export const listOccasions = async (
  { number, ...place }: { study: string; site: string; plan: string; number: number },
  filter: OccasionFilter,
  { signal }: Signal = {},
): Promise<Occasions> =>
  (
    await call(
      "listOccasions",
      { path: { ...place, number: String(number) }, query: filter },
      { signal },
    )
  ).body;

/** From now on patients are asked nothing and nothing is taken. */
export const pauseQuestionnaires = async (study: string, reason: string): Promise<void> => {
  await call("pauseQuestionnaires", { path: { study }, body: { reason } });
};

export const resumeQuestionnaires = async (study: string): Promise<void> => {
  await call("resumeQuestionnaires", { path: { study } });
};

/** Makes a form that nobody has begun; answers with the one that is there, should there be one. */
export const openForm = async (
  { subject, ...body }: FormPlace,
  idempotencyKey: string,
): Promise<FormDocument> =>
  (await call("openForm", { path: { subject }, body }, { idempotencyKey })).body;

export const readForm = async (form: string, { signal }: Signal = {}): Promise<FormDocument> =>
  (await call("readForm", { path: { form } }, { signal })).body;

export const saveForm = async (
  form: string,
  patch: FormPatch,
  idempotencyKey: string,
): Promise<FormDocument> =>
  (await call("saveForm", { path: { form }, body: patch }, { idempotencyKey })).body;

export const completeForm = async (
  form: string,
  version: number,
  acknowledged: string[],
  idempotencyKey: string,
): Promise<FormDocument> =>
  (
    await call(
      "completeForm",
      { path: { form }, body: { acknowledged } },
      { ifMatch: `"${version}"`, idempotencyKey },
    )
  ).body;

export const readHistory = async (
  form: string,
  item?: string,
  { signal }: Signal = {},
): Promise<FormHistory> =>
  (await call("readHistory", { path: { form }, query: { item } }, { signal })).body;

export const readAudit = async (
  study: string,
  page: { offset: number; limit: number },
  { signal }: Signal = {},
): Promise<AuditPage> =>
  (await call("readAudit", { path: { study }, query: page }, { signal })).body;

export type JobFilter = NonNullable<Operations["listJobs"]["input"]["query"]>;

export const listJobs = async (filter: JobFilter, { signal }: Signal = {}): Promise<Jobs> =>
  (await call("listJobs", { query: filter }, { signal })).body;

export const readJob = async (job: string, { signal }: Signal = {}): Promise<JobReport> =>
  (await call("readJob", { path: { job } }, { signal })).body;

export type ItemFilter = NonNullable<Operations["listItems"]["input"]["query"]>;

export const listItems = async (
  job: string,
  filter: ItemFilter,
  { signal }: Signal = {},
): Promise<JobItem[]> =>
  (await call("listItems", { path: { job }, query: filter }, { signal })).body.items;

const steerings = { pause: "pauseJob", resume: "resumeJob", cancel: "cancelJob" } as const;
export type Steering = keyof typeof steerings;

export const steerJob = async (job: string, how: Steering, idempotencyKey: string): Promise<Job> =>
  (await call(steerings[how], { path: { job } }, { idempotencyKey })).body;

export const paceJob = async (job: string, body: JobPace, idempotencyKey: string): Promise<Job> =>
  (await call("paceJob", { path: { job }, body }, { idempotencyKey })).body;

export const redriveJob = async (
  job: string,
  body: Redrive,
  idempotencyKey: string,
): Promise<Job> => (await call("redriveJob", { path: { job }, body }, { idempotencyKey })).body;

/** Answers with the job that does the same already, should there be one. */
export const startExport = async (
  study: string,
  body: NewExport,
  idempotencyKey: string,
): Promise<StartedJob> =>
  (await call("startExport", { path: { study }, body }, { idempotencyKey })).body;

/** Where each site's reports are pushed to, and how many of them are where. */
export const listReportReceivers = async (
  study: string,
  { signal }: Signal = {},
): Promise<SiteReports[]> =>
  (await call("listReportReceivers", { path: { study } }, { signal })).body.sites;

export const setReportReceiver = async (
  place: { study: string; site: string },
  body: NewReportReceiver,
): Promise<void> => {
  await call("setReportReceiver", { path: place, body });
};

export const removeReportReceiver = async (place: {
  study: string;
  site: string;
}): Promise<void> => {
  await call("removeReportReceiver", { path: place });
};

/** Answers with the study's last push, should it not be over. */
export const pushReports = async (study: string, idempotencyKey: string): Promise<StartedJob> =>
  (await call("pushReports", { path: { study } }, { idempotencyKey })).body;

export const readRunning = async ({ signal }: Signal = {}): Promise<RunningRequests> =>
  (await call("readRunning", {}, { signal })).body;

export const readSystem = async ({ signal }: Signal = {}): Promise<SystemReport> =>
  (await call("readSystem", {}, { signal })).body;

export const listUsers = async ({ signal }: Signal = {}): Promise<User[]> =>
  (await call("listUsers", { query: { limit: 500 } }, { signal })).body.users;

// SPDX-License-Identifier: Apache-2.0
// The shapes of the HTTP API under /api/v1, as the server sends them (snake_case, RFC 3339 UTC times).

/** One text in several languages, keyed by language tag; "" is a text without a tag. */
export type Text = Readonly<Record<string, string>>;

export interface RoleGrant {
  role: string;
  study?: string | null;
  site?: string | null;
  until?: string | null;
  revoked_at?: string | null;
}

export interface PermissionGrant {
  permission: string;
  study?: string | null;
  site?: string | null;
}

export interface Session {
  user: { id: string; login: string; name: string };
  csrf: string;
  roles: RoleGrant[];
  permissions: PermissionGrant[];
  environment?: string;
}

export interface StudySummary {
  id: string;
  oid: string;
  name: string;
  description: string;
  protocol: string;
  metadata_version: string;
  sites: number;
  subjects: number;
  forms_complete: number;
}

export interface Site {
  id: string;
  oid: string;
  name: string;
  time_zone: string;
}

export type Study = Omit<StudySummary, "sites"> & { sites: Site[] };

export interface Reference {
  oid: string;
  mandatory: boolean;
}

export interface EventDef {
  oid: string;
  name: string;
  title: Text;
  type: "scheduled" | "unscheduled" | "common";
  repeating: boolean;
  forms: Reference[];
  window?: { day: number; minus: number; plus: number } | null;
}

export interface FormDef {
  oid: string;
  name: string;
  title: Text;
  repeating: boolean;
  groups: Reference[];
}

export interface GroupDef {
  oid: string;
  name: string;
  title: Text;
  repeating: boolean;
  items: Reference[];
}

export type Comparator = "LT" | "LE" | "GT" | "GE" | "EQ" | "NE" | "IN" | "NOTIN";

export interface CheckDef {
  id: string;
  /** Null where the study uses a formal expression, which is not evaluated. */
  comparator: Comparator | null;
  values: string[];
  severity: "soft" | "hard";
  /** The check speaks of values in this unit only. */
  unit?: string;
  message: Text;
}

export interface ItemDef {
  oid: string;
  name: string;
  question: Text;
  help?: Text | null;
  data_type: string;
  length?: number | null;
  significant_digits?: number | null;
  unit_oids?: string[] | null;
  code_list?: string | null;
  checks: CheckDef[];
}

export interface CodeListDef {
  oid: string;
  name: string;
  data_type: string;
  /** The entries are kept by somebody else, so any value may be one. */
  external?: boolean;
  entries: { value: string; text: Text }[];
}

export interface UnitDef {
  oid: string;
  name: string;
  symbol: Text;
}

export interface Definition {
  metadata_version: { oid: string; name: string };
  languages: string[];
  events: EventDef[];
  forms: FormDef[];
  groups: GroupDef[];
  items: ItemDef[];
  code_lists: CodeListDef[];
  units: UnitDef[];
}

export const cellStates = ["not_due", "due", "overdue", "in_progress", "complete"] as const;
export type CellState = (typeof cellStates)[number];

export interface MatrixColumn {
  event: string;
  event_repeat: string;
  form: string;
  mandatory: boolean;
}

export interface MatrixCell {
  state: CellState;
  form_id?: string | null;
  due?: string | null;
  /** More than one for a repeating form. */
  instances?: number;
}

export interface Subject {
  id: string;
  key: string;
  site: string;
  enrolled_on: string | null;
}

export interface MatrixRow {
  subject: Subject;
  cells: MatrixCell[];
}

export interface Matrix {
  columns: MatrixColumn[];
  rows: MatrixRow[];
  total: number;
  states: Partial<Record<CellState, number>>;
}

export interface Finding {
  check: string;
  severity: "soft" | "hard";
  message: Text;
  /** A person has seen the soft finding and stands by the value. */
  acknowledged?: boolean;
}

/** A repeat is a key, not a count: it names one row for life. */
export interface ItemAddress {
  group: string;
  repeat: string;
  item: string;
}

export interface ItemValue extends ItemAddress {
  raw: string;
  value?: unknown;
  unit?: string | null;
  missing?: string | null;
  by: string;
  at: string;
  version: number;
  findings: Finding[];
}

export type StageName = "received" | "validated" | "stored" | "archived";

export interface Stage {
  stage: StageName;
  at: string;
  ms: number;
  /** Of the form; in its history, where the stages of several writes stand together. */
  version?: number;
}

/** One row of an item group; a removed one stays, so that its key is not used again. */
export interface Row {
  group: string;
  repeat: string;
  version: number;
  removed?: { by: string; at: string; reason: string };
}

/** Where a form belongs; there is one document for each place. */
export interface FormPlace {
  subject: string;
  event: string;
  event_repeat: string;
  form: string;
  form_repeat: string;
}

/** Without an id it is a form that nobody has begun: the first save makes it. */
export interface FormDocument {
  id: string;
  study: string;
  subject: { id: string; key: string };
  site: string;
  event: { oid: string; repeat: string };
  form: { oid: string; repeat: string };
  state: "in_progress" | "complete";
  version: number;
  metadata_version: string;
  rows: Row[];
  items: ItemValue[];
  /** Names of the people in `by`, by their ids. */
  people?: Record<string, string>;
  stages: Stage[];
  archive?: { version: number; digest: string; at: string } | null;
}

export interface Change extends ItemAddress {
  raw: string;
  unit?: string | null;
  missing?: string | null;
  base_version: number;
  reason?: string;
}

export interface RowAddition {
  group: string;
  repeat: string;
  reason?: string;
}

export interface RowRemoval {
  group: string;
  repeat: string;
  base_version: number;
  reason: string;
}

export interface FormPatch {
  changes?: Change[];
  additions?: RowAddition[];
  removals?: RowRemoval[];
}

/** Without an item the row itself is in dispute. */
export interface Conflict {
  group: string;
  repeat: string;
  item?: string;
  theirs: {
    raw?: string;
    unit?: string | null;
    missing?: string | null;
    by?: string;
    at?: string;
    version?: number;
    removed?: boolean;
    reason?: string;
  };
}

export interface ProblemError {
  pointer?: string;
  code?: string;
  message?: string;
  allowed?: unknown;
}

export interface ProblemBody {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  instance?: string;
  code?: string;
  errors?: ProblemError[];
  conflicts?: Conflict[];
}

export interface AuditRecord {
  at: string;
  who: string;
  role: string;
  action: string;
  subject?: string | null;
  event?: string | null;
  form?: string | null;
  group?: string | null;
  repeat?: string | null;
  item?: string | null;
  old?: string | null;
  old_unit?: string | null;
  new?: string | null;
  new_unit?: string | null;
  reason?: string | null;
  sealed: { number: number; hash: string } | null;
}

export interface FormHistory {
  records: AuditRecord[];
  stages: Stage[];
}

export interface AuditPage {
  records: AuditRecord[];
  total: number;
}

export interface SystemReport {
  version: string;
  started_at: string;
  uptime_s: number;
  store: {
    kind: string;
    path: string;
    bytes: number;
    wal_bytes: number;
    writer: { waiting: number; batches: number; units: number; refused?: number };
  };
  audit: {
    unsealed: number;
    sealed: number;
    oldest_unsealed?: string;
    /** The last sealed record of each study's chain. */
    heads: { chain: string; number: number; hash: string; at: string }[];
    /** Chains that do not fit together any more. */
    broken: string[];
  };
  runtime: { goroutines: number; workers: number; waiting_for_io?: number };
  requests: { total: number; by_status: Record<string, number> };
}

export interface User {
  id: string;
  login: string;
  name: string;
  disabled_at?: string | null;
  last_login_at?: string | null;
  roles: RoleGrant[];
}

export interface SubjectForm {
  form: string;
  form_repeat: string;
  state: CellState;
  form_id?: string | null;
}

export interface Visit {
  event: string;
  event_repeat: string;
  due?: string | null;
  window?: { first: string; last: string } | null;
  forms: SubjectForm[];
}

export type SubjectDetail = Subject & { study: string; visits: Visit[] };

// SPDX-License-Identifier: Apache-2.0
// What the mock server remembers: one study, its subjects, forms and audit trail, all in memory.
import { createHash } from "node:crypto";
import type {
  AuditRecord,
  CellState,
  Definition,
  FormDocument,
  Matrix,
  MatrixColumn,
  MatrixRow,
  Site,
  Subject,
} from "../../src/api/schema";
import type { DemoStudy } from "./definition";

export interface Account {
  id: string;
  login: string;
  name: string;
  role: string;
  permissions: string[];
}

const entry = ["study.view", "subject.view", "form.view", "audit.view"];
const account = (login: string, name: string, role: string, permissions: string[]): Account => ({
  id: `user-${login}`,
  login: `${login}@demo`,
  name,
  role,
  permissions,
});

export const accounts: Account[] = [
  account("coordinator", "Zhang Min", "coordinator", [
    ...entry,
    "subject.create",
    "form.edit",
    "form.complete",
  ]),
  account("investigator", "Li Wei", "investigator", [
    ...entry,
    "subject.create",
    "form.edit",
    "form.complete",
  ]),
  account("monitor", "Anna Berg", "monitor", entry),
  account("admin", "Wang Fang", "admin", [
    "user.manage",
    "system.view",
    "study.view",
    "audit.view",
  ]),
];

export const mockPassword = "correct horse battery";

const dayMs = 86_400_000;
const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

export type StoredForm = FormDocument & { history: AuditRecord[] };

export class World {
  readonly study = "study-htn";
  readonly sites: Site[] = [
    { id: "site-bj", oid: "BJ01", name: "Beijing 北京", time_zone: "Asia/Shanghai" },
    { id: "site-hd", oid: "HD01", name: "Heidelberg", time_zone: "Europe/Berlin" },
  ];
  readonly subjects: Subject[] = [];
  readonly forms = new Map<string, StoredForm>();
  readonly audit: (AuditRecord & { number: number })[] = [];
  private readonly byPlace = new Map<string, string>();
  private next = 1;

  readonly demo: DemoStudy;
  private readonly now: () => number;

  constructor(demo: DemoStudy, subjects: number, now: () => number) {
    this.demo = demo;
    this.now = now;
    for (let index = 0; index < subjects; index += 1) this.seed(index);
  }

  get definition(): Definition {
    return this.demo.definition;
  }

  get columns(): MatrixColumn[] {
    return this.definition.events
      .filter((event) => event.type !== "unscheduled")
      .flatMap((event) =>
        event.forms.map((form) => ({
          event: event.oid,
          event_repeat: "1",
          form: form.oid,
          mandatory: form.mandatory,
        })),
      );
  }

  record(part: Omit<AuditRecord, "id" | "at" | "sealed">): AuditRecord {
    const id = `record-${this.audit.length + 1}`;
    const record = { ...part, id, at: new Date(this.now()).toISOString(), sealed: null };
    this.audit.push({ ...record, number: this.audit.length + 1 });
    return record;
  }

  /** Records become sealed a second after they were written, as the server's do. */
  sealed(record: AuditRecord, number: number): AuditRecord {
    if (this.now() - Date.parse(record.at) < 1_000) return record;
    const hash = createHash("sha256").update(`${number} ${record.at}`).digest("hex");
    return { ...record, sealed: { number, hash } };
  }

  addSubject(site: string, key: string | undefined, enrolled: string, who: Account): Subject {
    const prefix = this.sites.find((entry) => entry.id === site)?.oid.slice(0, 2) ?? "XX";
    const count = this.subjects.filter((subject) => subject.site === site).length;
    const subject: Subject = {
      study: this.study,
      id: `subject-${this.subjects.length + 1}`,
      key: key ?? `${prefix}-${String(count + 1).padStart(4, "0")}`,
      site,
      enrolled_on: enrolled,
    };
    this.subjects.push(subject);
    this.record({
      who: who.name,
      who_id: who.id,
      role: who.role,
      action: "subject.created",
      subject: subject.key,
    });
    return subject;
  }

  formAt(subject: string, event: string, form: string, repeat = "1"): StoredForm | undefined {
    return this.forms.get(this.byPlace.get(`${subject}/${event}/${form}/${repeat}`) ?? "");
  }

  openForm(subject: Subject, event: string, form: string, repeat: string): StoredForm {
    const existing = this.formAt(subject.id, event, form, repeat);
    if (existing) return existing;
    const id = `form-${this.next++}`;
    const document: StoredForm = {
      id,
      study: this.study,
      subject: { id: subject.id, key: subject.key },
      site: subject.site,
      event: { oid: event, repeat: "1" },
      form: { oid: form, repeat },
      state: "in_progress",
      version: 1,
      metadata_version: this.definition.metadata_version.oid,
      rows: [],
      items: [],
      people: Object.fromEntries(accounts.map((one) => [one.id, one.name])),
      stages: [],
      history: [],
    };
    this.forms.set(id, document);
    this.byPlace.set(`${subject.id}/${event}/${form}/${repeat}`, id);
    return document;
  }

  row(subject: Subject): MatrixRow {
    const enrolled = Date.parse(subject.enrolled_on ?? day(this.now()));
    const cells = this.columns.map((column) => {
      const window = this.definition.events.find((event) => event.oid === column.event)?.window;
      const due = window ? enrolled + window.day * dayMs : undefined;
      const form = this.formAt(subject.id, column.event, column.form);
      const state = ((): CellState => {
        if (form) return form.state;
        if (due === undefined || !window) return "not_due";
        if (this.now() > due + (window.plus + 7) * dayMs) return "overdue";
        return this.now() >= due - window.minus * dayMs ? "due" : "not_due";
      })();
      return { state, form_id: form?.id, due: due === undefined ? undefined : day(due) };
    });
    return { subject, cells };
  }

  matrix(site: string, search: string, offset: number, limit: number): Matrix {
    const all = this.subjects.filter(
      (subject) =>
        (site === "" || subject.site === site) &&
        subject.key.toLowerCase().includes(search.toLowerCase()),
    );
    const states = { not_due: 0, due: 0, overdue: 0, in_progress: 0, complete: 0 };
    const rows = all.map((subject) => this.row(subject));
    for (const cell of rows.flatMap((row) => row.cells)) {
      states[cell.state] += 1;
    }
    return {
      columns: this.columns,
      rows: rows.slice(offset, offset + limit),
      total: all.length,
      states,
    };
  }

  /** A subject enrolled some weeks ago, with the forms one would expect to be done by now. */
  private seed(index: number): void {
    const who = accounts[0];
    const site = this.sites[index % 3 === 2 ? 1 : 0];
    if (!who || !site) return;
    const weeks = (index * 7) % 30;
    const subject = this.addSubject(site.id, undefined, day(this.now() - weeks * 7 * dayMs), who);
    const past = this.row(subject).cells.flatMap((cell, column) =>
      cell.state === "overdue" || cell.state === "due" ? [column] : [],
    );
    for (const [order, column] of past.entries()) {
      const place = this.columns[column];
      if (!place || (order + index) % 11 === 3 || order > past.length - (index % 4)) continue;
      const form = this.openForm(subject, place.event, place.form, "1");
      if ((order + index) % 9 !== 5) form.state = "complete";
    }
  }
}

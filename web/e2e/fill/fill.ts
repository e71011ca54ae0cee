// SPDX-License-Identifier: Apache-2.0
// A study as it looks after half a year: two sites, subjects enrolled one after the other, their
// past visits entered, some forms begun, some forgotten. Made through the API, as people would.
import type {
  Definition,
  FormDocument,
  Study,
  Subject,
  SubjectDetail,
  SubjectForm,
  Visit,
} from "../../src/api/schema";
import { studyModel, type StudyModel } from "../../src/study/model";
import type { Target } from "../binary";
import { Api } from "./api";
import { rowOf, type Moment } from "./values";

const dayMs = 86_400_000;
const atFirstSite = 15;
const atSecondSite = 9;
const secondPassword = "a lake in the far west";

export interface Filled {
  subjects: number;
  complete: number;
  begun: number;
}

export const dayBefore = (days: number): string =>
  new Date(Date.now() - days * dayMs).toISOString().slice(0, 10);

/** The demo has nobody who enters data at the second site, so its admin makes somebody. */
export async function secondCoordinator(
  target: Target,
  admin: Api,
  study: string,
  site: string,
): Promise<Api> {
  const login = "coordinator2@demo";
  const account = { login, name: "Aygül 阿依古丽", password: secondPassword };
  const { id } = await admin.call<{ id: string }>("POST", "/users", account);
  await admin.call("POST", `/users/${id}/grants`, { role: "coordinator", study, site });
  return Api.signIn(target.url, login, secondPassword);
}

class Filler {
  readonly filled: Filled = { subjects: 0, complete: 0, begun: 0 };
  private readonly model: StudyModel;
  private readonly study: string;

  constructor(study: string, definition: Definition) {
    this.study = study;
    this.model = studyModel(definition);
  }

  async subject(api: Api, site: string, index: number, enrolledBefore: number): Promise<void> {
    const wish = { site, enrolled_on: dayBefore(enrolledBefore) };
    const { id } = await api.call<Subject>("POST", `/studies/${this.study}/subjects`, wish);
    this.filled.subjects += 1;
    const detail = await api.get<SubjectDetail>(`/subjects/${id}`);
    const past = detail.visits.filter((visit) => visit.due && visit.due <= dayBefore(0));
    for (const [order, visit] of past.entries()) {
      const isLast = order === past.length - 1;
      // At the last visit some have entered everything, some half of it, some nothing yet.
      const most = isLast ? Math.ceil((visit.forms.length * (index % 4)) / 3) : 99;
      await this.visit(api, detail, index, visit, visit.forms.slice(0, most));
    }
    const log = detail.visits.find((visit) => this.model.event(visit.event)?.type === "common");
    if (log && index % 2 === 0) await this.visit(api, detail, index, log, log.forms, true);
  }

  private async visit(
    api: Api,
    detail: SubjectDetail,
    index: number,
    visit: Visit,
    forms: SubjectForm[],
    isOpen = false,
  ): Promise<void> {
    const date = visit.due ?? dayBefore(3);
    const day = (Date.parse(date) - Date.parse(detail.enrolled_on ?? date)) / dayMs;
    for (const [order, form] of forms.entries()) {
      const number = index * 5 + order + Math.round(day);
      if (number % 17 === 3) continue;
      await this.form(api, detail.id, visit, form, {
        moment: { subject: index, day, date, row: 0 },
        isComplete: !isOpen && number % 13 !== 5,
      });
    }
  }

  private async form(
    api: Api,
    subject: string,
    { event, event_repeat }: Visit,
    { form, form_repeat }: SubjectForm,
    { moment, isComplete }: { moment: Moment; isComplete: boolean },
  ): Promise<void> {
    const place = { event, event_repeat, form, form_repeat };
    const opened = await api.call<FormDocument>("POST", `/subjects/${subject}/forms`, place);
    const groups = this.model.groupsOf(form);
    const additions: { group: string; repeat: string }[] = [];
    const changes = groups.flatMap((group) => {
      if (!group.def.repeating) return rowOf(this.model, group, "1", moment);
      // The rows that a reader expects: a repeating group alone on its form, and readings.
      const rows = groups.length === 1 || /BP/.test(group.def.oid) ? [1, 2] : [];
      return rows.flatMap((row) => {
        additions.push({ group: group.def.oid, repeat: String(row) });
        return rowOf(this.model, group, String(row), { ...moment, row });
      });
    });
    const entered = isComplete ? changes : changes.slice(0, Math.ceil(changes.length / 2));
    const rows = new Set(entered.map((change) => `${change.group}/${change.repeat}`));
    const saved = await api.call<FormDocument>("PATCH", `/forms/${opened.id}`, {
      changes: entered,
      additions: additions.filter(({ group, repeat }) => rows.has(`${group}/${repeat}`)),
    });
    if (!isComplete) {
      this.filled.begun += 1;
      return;
    }
    const acknowledged = saved.items.flatMap((item) =>
      item.findings.map(({ check }) => `${item.group}/${item.repeat}/${item.item}/${check}`),
    );
    await api.call(
      "POST",
      `/forms/${opened.id}/complete`,
      { acknowledged },
      {
        version: saved.version,
      },
    );
    this.filled.complete += 1;
  }
}

/** Fills the first study of the target; says what is there then. */
export async function fillStudy(target: Target): Promise<Filled> {
  const enter = (login: string) => Api.signIn(target.url, login, target.passwordOf(login));
  const [admin, first] = await Promise.all([enter("admin@demo"), enter("coordinator@demo")]);
  const { studies } = await admin.get<{ studies: { id: string }[] }>("/studies");
  const study = studies[0]?.id ?? "";
  const definition = await first.get<Definition>(`/studies/${study}/definition`);
  const own = await first.get<Study>(`/studies/${study}`);
  const here = own.sites[0]?.id;
  const all = await admin.get<Study>(`/studies/${study}`);
  const there = all.sites.find((site) => site.id !== here)?.id;
  if (!here || !there) throw new Error("the study is not at two sites");
  const second = await secondCoordinator(target, admin, study, there);
  const filler = new Filler(study, definition);
  const enrol = async (api: Api, site: string, count: number, from: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      const before = Math.round(192 - (186 * index) / (count - 1));
      await filler.subject(api, site, from + index, before);
    }
  };
  await Promise.all([
    enrol(first, here, atFirstSite, 0),
    enrol(second, there, atSecondSite, atFirstSite),
  ]);
  return filler.filled;
}

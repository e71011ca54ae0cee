// SPDX-License-Identifier: Apache-2.0
// A study that asks its patients something: a questionnaire of many kinds of items, three times a day.
import type { Target } from "../binary";
import { Api } from "./api";

const core = "http://hl7.org/fhir/StructureDefinition/";
const system = "http://example.org/mood";

/** A text with its Chinese translation, as FHIR puts them side by side. */
const both = (name: string, english: string, chinese: string): object => ({
  [name]: english,
  [`_${name}`]: {
    extension: [
      {
        url: `${core}translation`,
        extension: [
          { url: "lang", valueCode: "zh-CN" },
          { url: "content", valueString: chinese },
        ],
      },
    ],
  },
});

const option = (code: string, english: string, chinese: string): object => ({
  extension: [{ url: `${core}ordinalValue`, valueDecimal: Number(code) }],
  valueCoding: { system, code, ...both("display", english, chinese) },
});

const moods = [
  option("0", "Good", "好"),
  option("1", "Fair", "一般"),
  option("2", "Bad", "差"),
  option("3", "Very bad", "很差"),
];

const form = {
  resourceType: "Questionnaire",
  url: "http://example.org/day",
  version: "1",
  status: "active",
  language: "en",
  ...both("title", "How you are", "您的近况"),
  item: [
    {
      linkId: "intro",
      type: "display",
      ...both("text", "Please think of the last 24 hours.", "请回想过去24小时。"),
    },
    {
      linkId: "mood",
      type: "choice",
      required: true,
      answerOption: moods,
      ...both("text", "How was your day?", "今天过得怎么样？"),
    },
    {
      linkId: "sleep",
      type: "decimal",
      extension: [{ url: `${core}maxValue`, valueDecimal: 24 }],
      ...both("text", "How many hours did you sleep?", "您睡了几个小时？"),
    },
    {
      linkId: "thoughts",
      type: "boolean",
      required: true,
      ...both("text", "Did you think of harming yourself?", "您有过伤害自己的念头吗？"),
    },
    {
      linkId: "since",
      type: "integer",
      required: true,
      enableWhen: [{ question: "thoughts", operator: "=", answerBoolean: true }],
      ...both("text", "For how many days?", "多少天了？"),
    },
    { linkId: "note", type: "text", ...both("text", "Anything else?", "还有别的吗？") },
  ],
};

const rules = {
  scoring: {
    name: "day",
    version: "1.0",
    formulas: [{ name: "total", expression: "%resource.item.answer.value.ordinal().sum()" }],
  },
  alerts: [
    {
      name: "thoughts",
      expression: "%resource.item.where(linkId='thoughts').answer.value = true",
      help: { en: "Please call 12345 now.", "zh-CN": "请立即拨打12345。" },
    },
  ],
};

export const plans = ["Morning", "Noon", "Evening"] as const;

export interface Invited {
  study: string;
  subject: string;
  link: string;
  code: string;
}

/** Publishes the questionnaire and invites a new subject to it. */
export async function invitePatient(target: Target): Promise<{ staff: Api; invited: Invited }> {
  const signIn = (login: string): Promise<Api> =>
    Api.signIn(target.url, login, target.passwordOf(login));
  const [builder, staff] = [await signIn("data_manager@demo"), await signIn("coordinator@demo")];
  const { studies } = await staff.get<{ studies: { id: string }[] }>("/studies");
  const study = studies[0]?.id ?? "";
  const { sites } = await staff.get<{ sites: { id: string }[] }>(`/studies/${study}`);
  const imported = await builder.call<{ id: string }>(
    "POST",
    `/studies/${study}/questionnaires`,
    form,
    { contentType: "application/fhir+json" },
  );
  const path = `/questionnaires/${imported.id}`;
  await builder.call("PUT", `${path}/rules`, rules, { version: 1 });
  await builder.call("POST", `${path}/publish`, undefined, { version: 2 });
  for (const name of plans) {
    const plan = { url: form.url, name, late_days: 1, shows_scores: true };
    await builder.call("POST", `/studies/${study}/questionnaire-plans`, plan);
  }
  const site = sites[0]?.id ?? "";
  const { id: subject } = await staff.call<{ id: string }>("POST", `/studies/${study}/subjects`, {
    site,
  });
  const invited = await staff.call<{ link: string; code: string }>(
    "POST",
    `/subjects/${subject}/invitation`,
  );
  return { staff, invited: { study, subject, ...invited } };
}

type State = "well" | "in danger";

/** What a patient has answered: three of the questions, and where it is dangerous the fourth. */
const answers = (state: State): object => ({
  resourceType: "QuestionnaireResponse",
  questionnaire: `${form.url}|${form.version}`,
  status: "completed",
  language: "en",
  item: [
    { linkId: "mood", answer: [{ valueCoding: { system, code: "0" } }] },
    { linkId: "sleep", answer: [{ valueDecimal: 7.5 }] },
    { linkId: "thoughts", answer: [{ valueBoolean: state === "in danger" }] },
    ...(state === "in danger" ? [{ linkId: "since", answer: [{ valueInteger: 2 }] }] : []),
  ],
});

/** A patient's phone without its page: comes in by the invitation, then answers windows of plans. */
export class PatientApi {
  private readonly url: string;
  private readonly headers: Record<string, string>;

  private constructor(url: string, headers: Record<string, string>) {
    this.url = url;
    this.headers = headers;
  }

  static async comeIn(target: Target, { link, code }: Pick<Invited, "link" | "code">) {
    const url = `${target.url}/api/v1/patient`;
    const response = await fetch(`${url}/activation`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ invitation: link.split("#")[1], code, pin: "471508" }),
    });
    if (!response.ok) throw new Error(`the patient cannot come in: ${await response.text()}`);
    const { csrf } = (await response.json()) as { csrf: string };
    const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
    return new PatientApi(url, {
      "Content-Type": "application/fhir+json",
      "X-CSRF-Token": csrf,
      Cookie: cookies.join("; "),
    });
  }

  /** Resolves with the status of the answer. */
  async answer(plan: string, number: number, state: State = "well"): Promise<number> {
    const response = await fetch(`${this.url}/tasks/${plan}/${number}/response`, {
      method: "POST",
      headers: this.headers,
      body: JSON.stringify(answers(state)),
    });
    return response.status;
  }
}

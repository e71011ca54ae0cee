// SPDX-License-Identifier: Apache-2.0
// A FHIR R4 Questionnaire as the phone asks it. The server took it whole, so nothing is checked here.
import type { Coding, Quantity, Value } from "./value";

/** A text in the form's own language and others. */
export interface Text {
  own: string;
  others: Readonly<Record<string, string>>;
}

export type ItemType =
  | "group"
  | "display"
  | "boolean"
  | "decimal"
  | "integer"
  | "date"
  | "dateTime"
  | "time"
  | "string"
  | "text"
  | "url"
  | "choice"
  | "open-choice"
  | "attachment"
  | "reference"
  | "quantity";

export type Operator = "exists" | "=" | "!=" | ">" | "<" | ">=" | "<=";

export interface EnableWhen {
  question: string;
  operator: Operator;
  answer: Value;
}

export interface Option {
  value: Value;
  text: Text;
  prefix: Text;
  exclusive: boolean;
  initial: boolean;
}

export interface Item {
  linkId: string;
  type: ItemType;
  text: Text;
  prefix: Text;
  required: boolean;
  repeats: boolean;
  readOnly: boolean;
  hidden: boolean;
  enableWhen: EnableWhen[];
  enableAny: boolean;
  options: Option[];
  units: Option[];
  initial: Value[];
  minLength?: number;
  maxLength?: number;
  maxPlaces?: number;
  minOccurs?: number;
  maxOccurs?: number;
  maxSize?: number;
  pattern?: string;
  minValue?: Value;
  maxValue?: Value;
  minQuantity?: Quantity;
  maxQuantity?: Quantity;
  mimeTypes: string[];
  items: Item[];
}

export interface Form {
  url: string;
  version: string;
  language: string;
  title: Text;
  items: Item[];
  byLinkId: ReadonlyMap<string, Item>;
}

/** JSON of FHIR, whose members are looked for one by one. */
export type Tree = { readonly [name: string]: unknown };

const core = "http://hl7.org/fhir/StructureDefinition/";
const sdc = "http://hl7.org/fhir/uv/sdc/StructureDefinition/";

const treesOf = (from: Tree, name: string): Tree[] => (from[name] as Tree[] | undefined) ?? [];
const textOf = (from: Tree, name: string): string => (from[name] as string | undefined) ?? "";
const extensions = (from: Tree, url: string): Tree[] =>
  treesOf(from, "extension").filter((one) => one.url === url);
const extension = (from: Tree, url: string): Tree | undefined => extensions(from, url)[0];

/** The member value[x], whatever its type. */
const anyValue = (from: Tree | undefined): unknown =>
  from && Object.entries(from).find(([name]) => name.startsWith("value"))?.[1];

function readText(from: Tree, name: string): Text {
  const beside = (from[`_${name}`] ?? {}) as Tree;
  const others = extensions(beside, `${core}translation`).map((one) => {
    const part = (url: string): string => String(anyValue(extension(one, url)) ?? "");
    return [part("lang"), part("content")];
  });
  const markedUp = extension(beside, `${core}rendering-xhtml`);
  const own = textOf(from, name) || wordsOf(String(anyValue(markedUp) ?? ""));
  return { own, others: Object.fromEntries(others) };
}

/** The words of a text that is given in markup alone. */
function wordsOf(xhtml: string): string {
  if (xhtml === "") return "";
  const broken = xhtml.replace(/<br\s*\/?>|<\/(?:p|div|li)>/g, "\n");
  return (new DOMParser().parseFromString(broken, "text/html").body.textContent ?? "").trim();
}

const plainKinds = {
  Boolean: "boolean",
  Decimal: "decimal",
  Integer: "integer",
  Date: "date",
  DateTime: "dateTime",
  Time: "time",
  String: "string",
  Uri: "uri",
} as const;

const readQuantity = (from: Tree): Quantity => ({
  ...(from as Omit<Quantity, "value">),
  value: String(from.value ?? ""),
});

/** The value among the members that begin with the stem. */
export function readValue(from: Tree, stem: "value" | "answer" = "value"): Value | undefined {
  for (const [name, member] of Object.entries(from)) {
    if (!name.startsWith(stem)) continue;
    const type = name.slice(stem.length);
    if (type in plainKinds)
      return { kind: plainKinds[type as keyof typeof plainKinds], text: String(member) };
    const tree = member as Tree;
    if (type === "Coding") {
      const { system, code, display } = tree as Coding;
      return { kind: "coding", coding: { system, code, display } };
    }
    if (type === "Quantity") return { kind: "quantity", quantity: readQuantity(tree) };
    if (type === "Reference") return { kind: "reference", text: textOf(tree, "reference") };
  }
  return undefined;
}

const plain = (own: string): Text => ({ own, others: {} });

function readOption(from: Tree): Option[] {
  const value = readValue(from);
  if (!value) return [];
  const coding = from.valueCoding as Tree | undefined;
  const shown = coding ? readText(coding, "display") : plain("text" in value ? value.text : "");
  const prefix = extension(from, `${core}questionnaire-optionPrefix`);
  const exclusive = extension(from, `${core}questionnaire-optionExclusive`);
  return [
    {
      value,
      text: shown.own === "" && coding ? { ...shown, own: textOf(coding, "code") } : shown,
      prefix: prefix ? readText(prefix, "valueString") : plain(""),
      exclusive: exclusive?.valueBoolean === true,
      initial: from.initialSelected === true,
    },
  ];
}

function conceptOption(from: Tree, system: string): Option[] {
  if (from.code === undefined || from.abstract === true) return [];
  const { others, own } = readText(from, "display");
  const said = treesOf(from, "designation").map((one) => [textOf(one, "language"), one.value]);
  const coding = { system, code: textOf(from, "code"), display: own || undefined };
  return [
    {
      value: { kind: "coding", coding },
      text: { own: own || coding.code, others: { ...others, ...Object.fromEntries(said) } },
      prefix: plain(""),
      exclusive: false,
      initial: false,
    },
  ];
}

const contained = (from: Tree): Option[] =>
  treesOf(from, "contains").flatMap((one) => [
    ...conceptOption(one, textOf(one, "system")),
    ...contained(one),
  ]);

/** The codes of the form's own value sets, by what items call them. */
function readValueSets(form: Tree): Map<string, Option[]> {
  const all = new Map<string, Option[]>();
  for (const set of treesOf(form, "contained")) {
    const expansion = set.expansion as Tree | undefined;
    const includes = treesOf((set.compose as Tree | undefined) ?? {}, "include");
    const options = expansion
      ? contained(expansion)
      : includes.flatMap((include) =>
          treesOf(include, "concept").flatMap((one) =>
            conceptOption(one, textOf(include, "system")),
          ),
        );
    all.set(`#${textOf(set, "id")}`, options);
    if (set.url) all.set(textOf(set, "url"), options);
  }
  return all;
}

function readUnits(from: Tree, sets: ReadonlyMap<string, Option[]>): Option[] {
  const set = extension(from, `${core}questionnaire-unitValueSet`);
  if (set) return sets.get(textOf(set, "valueCanonical")) ?? [];
  const offered = extensions(from, `${core}questionnaire-unitOption`);
  const own = extension(from, `${core}questionnaire-unit`);
  return (offered.length > 0 ? offered : own ? [own] : []).flatMap(readOption);
}

function readLimits(from: Tree): Partial<Item> {
  const number = (url: string): number | undefined => {
    const value = anyValue(extension(from, url));
    return value === undefined ? undefined : Number(value);
  };
  const value = (url: string): Value | undefined => {
    const found = extension(from, url);
    return found && readValue(found);
  };
  const quantity = (url: string): Quantity | undefined => {
    const found = value(url);
    return found?.kind === "quantity" ? found.quantity : undefined;
  };
  return {
    minLength: number(`${core}minLength`),
    maxLength: from.maxLength as number | undefined,
    maxPlaces: number(`${core}maxDecimalPlaces`),
    minOccurs: number(`${core}questionnaire-minOccurs`),
    maxOccurs: number(`${core}questionnaire-maxOccurs`),
    maxSize: number(`${core}maxSize`),
    pattern: anyValue(extension(from, `${core}regex`)) as string | undefined,
    minValue: value(`${core}minValue`),
    maxValue: value(`${core}maxValue`),
    minQuantity: quantity(`${sdc}sdc-questionnaire-minQuantity`),
    maxQuantity: quantity(`${sdc}sdc-questionnaire-maxQuantity`),
    mimeTypes: extensions(from, `${core}mimeType`).map((one) => textOf(one, "valueCode")),
  };
}

function readItem(from: Tree, sets: ReadonlyMap<string, Option[]>): Item {
  const options = treesOf(from, "answerOption").flatMap(readOption);
  const chosen = options.filter(({ initial }) => initial).map(({ value }) => value);
  const said = treesOf(from, "initial").flatMap((one) => readValue(one) ?? []);
  return {
    linkId: textOf(from, "linkId"),
    type: from.type as ItemType,
    text: readText(from, "text"),
    prefix: readText(from, "prefix"),
    required: from.required === true,
    repeats: from.repeats === true,
    // What a formula fills in is not asked either.
    readOnly:
      from.readOnly === true ||
      extension(from, `${sdc}sdc-questionnaire-calculatedExpression`) !== undefined,
    hidden: extension(from, `${core}questionnaire-hidden`)?.valueBoolean === true,
    enableWhen: treesOf(from, "enableWhen").flatMap((one) => {
      const answer = readValue(one, "answer");
      const operator = one.operator as Operator;
      return answer ? [{ question: textOf(one, "question"), operator, answer }] : [];
    }),
    enableAny: from.enableBehavior === "any",
    options: from.answerValueSet ? (sets.get(textOf(from, "answerValueSet")) ?? []) : options,
    units: readUnits(from, sets),
    initial: [...said, ...chosen],
    mimeTypes: [],
    ...readLimits(from),
    items: treesOf(from, "item").map((one) => readItem(one, sets)),
  };
}

export function readForm(from: Tree): Form {
  const sets = readValueSets(from);
  const items = treesOf(from, "item").map((one) => readItem(one, sets));
  const byLinkId = new Map<string, Item>();
  const index = (all: Item[]): void =>
    all.forEach((item) => {
      byLinkId.set(item.linkId, item);
      index(item.items);
    });
  index(items);
  return {
    url: textOf(from, "url"),
    version: textOf(from, "version"),
    language: textOf(from, "language"),
    title: readText(from, "title"),
    items,
    byLinkId,
  };
}

/** In that language, or its kin ("zh" for "zh-CN"), or the form's own. */
export function inLanguage(text: Text, language: string): string {
  const kin = Object.keys(text.others).find((one) => one.slice(0, 2) === language.slice(0, 2));
  return text.others[language] ?? (kin ? text.others[kin] : undefined) ?? text.own;
}

// SPDX-License-Identifier: Apache-2.0
// The answers as a FHIR R4 QuestionnaireResponse, every number in the digits that were typed.
import type { Node } from "./enable";
import type { Form } from "./form";
import type { Value } from "./value";

/** JSON that keeps numbers as text until they are written. */
type Json =
  string | boolean | Digits | readonly Json[] | { readonly [name: string]: Json | undefined };

class Digits {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

function write(json: Json): string {
  if (json instanceof Digits) return json.text;
  if (typeof json !== "object") return JSON.stringify(json);
  if (Array.isArray(json)) return `[${json.map(write).join(",")}]`;
  const members = Object.entries(json as Record<string, Json | undefined>).flatMap(
    ([name, member]) => (member === undefined ? [] : [`${JSON.stringify(name)}:${write(member)}`]),
  );
  return `{${members.join(",")}}`;
}

const names = {
  boolean: "valueBoolean",
  decimal: "valueDecimal",
  integer: "valueInteger",
  date: "valueDate",
  dateTime: "valueDateTime",
  time: "valueTime",
  string: "valueString",
  uri: "valueUri",
} as const;

function valueJson(value: Value): { [name: string]: Json } {
  switch (value.kind) {
    case "coding":
      return { valueCoding: { ...value.coding } };
    case "quantity":
      return { valueQuantity: { ...value.quantity, value: new Digits(value.quantity.value) } };
    case "attachment":
      return {
        valueAttachment: { ...value.attachment, size: new Digits(String(value.attachment.size)) },
      };
    case "reference":
      return { valueReference: { reference: value.text } };
    case "boolean":
      return { valueBoolean: value.text === "true" };
    case "decimal":
    case "integer":
      return { [names[value.kind]]: new Digits(value.text) };
    default:
      return { [names[value.kind]]: value.text };
  }
}

const orNothing = <T>(all: readonly T[]): readonly T[] | undefined =>
  all.length > 0 ? all : undefined;

function nodeJson(node: Node): Json {
  const answers = node.answers.flatMap(({ value, items }) =>
    value ? [{ ...valueJson(value), item: orNothing(items.map(nodeJson)) }] : [],
  );
  return {
    linkId: node.linkId,
    answer: orNothing(answers),
    item: orNothing(node.items.map(nodeJson)),
  };
}

const two = (number: number): string => String(Math.floor(number)).padStart(2, "0");

/** A moment by the phone's clock, with its offset. */
export function localTime(at: Date): string {
  const offset = -at.getTimezoneOffset();
  const size = Math.abs(offset);
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return `${date}T${time}${offset < 0 ? "-" : "+"}${two(size / 60)}:${two(size % 60)}`;
}

/** The text to send. `nodes` are what answered() gives. */
export const writeResponse = (
  form: Form,
  nodes: readonly Node[],
  language: string,
  authored: Date,
): string =>
  write({
    resourceType: "QuestionnaireResponse",
    questionnaire: `${form.url}|${form.version}`,
    status: "completed",
    language,
    authored: localTime(authored),
    item: orNothing(nodes.map(nodeJson)),
  });

// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { answered, complete, isAnswered, switchedOff } from "./draft";
import type { Node } from "./enable";
import { readForm, readValue, type Form, type Item, type Tree } from "./form";

interface Case {
  name: string;
  item: Tree[];
  answered: Tree[];
  /** Required questions that are asked and have no answer. */
  asked: string[];
  /** Answered questions that are not asked. */
  refused: string[];
}

const cases = JSON.parse(readFileSync("../tests/fixtures/enable_when.json", "utf8")) as Case[];

const list = (from: Tree, name: string): Tree[] => (from[name] as Tree[] | undefined) ?? [];
const nodeOf = (from: Tree): Node => ({
  linkId: String(from.linkId),
  answers: list(from, "answer").map((one) => ({
    value: readValue(one) ?? null,
    items: list(one, "item").map(nodeOf),
  })),
  items: list(from, "item").map(nodeOf),
});

/** One look at the answers as they are, as the server takes it. */
function asServer(form: Form, draft: Node[]): { asked: string[]; refused: string[] } {
  const off = switchedOff(form, draft);
  const asked: string[] = [];
  const refused: string[] = [];
  const level = (items: readonly Item[], nodes: readonly Node[]): void => {
    for (const item of items)
      for (const node of nodes.filter(({ linkId }) => linkId === item.linkId)) {
        const isGiven = node.answers.some(isAnswered);
        if (off.has(node)) {
          if (isGiven) refused.push(item.linkId);
          continue;
        }
        if (item.type === "group") level(item.items, node.items);
        else if (!isGiven && item.required) asked.push(item.linkId);
        for (const answer of node.answers) level(item.items, answer.items);
      }
  };
  level(form.items, draft);
  return { asked, refused };
}

describe("the phone asks what the server asks", () => {
  test.each(cases)("$name", ({ item, answered: given, asked, refused }) => {
    const form = readForm({ resourceType: "Questionnaire", url: "http://x/f", item });
    const draft = complete(form.items, given.map(nodeOf));
    expect(asServer(form, draft)).toEqual({ asked, refused });
  });
});

const boolean = (text: string) => [{ value: { kind: "boolean" as const, text }, items: [] }];
const when = (question: string) => [{ question, operator: "=", answerBoolean: true }];

test("a question that is switched off takes along those that wait for its answer, and is not sent", () => {
  const form = readForm({
    item: [
      { linkId: "a", type: "boolean" },
      { linkId: "b", type: "boolean", enableWhen: when("a") },
      { linkId: "c", type: "boolean", enableWhen: when("b") },
    ],
  });
  const draft = complete(form.items, []);
  const [a, b, c] = draft;
  if (!a || !b || !c) throw new Error("a node for every item");
  for (const node of [a, b, c]) node.answers = boolean("true");
  expect(answered(form, draft).map(({ linkId }) => linkId)).toEqual(["a", "b", "c"]);
  a.answers = boolean("false");
  expect(answered(form, draft).map(({ linkId }) => linkId)).toEqual(["a"]);
  // Nothing is forgotten: said otherwise again, the answers are there.
  a.answers = boolean("true");
  expect(answered(form, draft).map(({ linkId }) => linkId)).toEqual(["a", "b", "c"]);
});

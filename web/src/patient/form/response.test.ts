// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { check } from "./check";
import { answered, complete, setAnswer } from "./draft";
import { readForm, type Form, type Item } from "./form";
import type { Node } from "./enable";
import { writeResponse } from "./response";
import { stepsOf } from "./steps";
import { valueOf } from "./typed";

const maximum = "http://hl7.org/fhir/StructureDefinition/maxValue";

const form: Form = readForm({
  url: "http://x/f",
  version: "1",
  language: "en",
  item: [
    { linkId: "intro", type: "display", text: "Please think of today." },
    {
      linkId: "sleep",
      type: "decimal",
      required: true,
      extension: [{ url: maximum, valueDecimal: 24 }],
    },
    {
      linkId: "drugs",
      type: "group",
      repeats: true,
      item: [{ linkId: "drug", type: "string" }],
    },
    { linkId: "kind", type: "quantity" },
  ],
});

function question(draft: readonly Node[], linkId: string): [Item, Node] {
  const item = form.byLinkId.get(linkId);
  const node = draft.find((one) => one.linkId === linkId);
  if (!item || !node) throw new Error(linkId);
  return [item, node];
}

test("a number is sent in the digits that were typed", () => {
  const draft = complete(form.items, []);
  const [item, node] = question(draft, "sleep");
  setAnswer(item, node, 0, { value: valueOf("decimal", "7,10"), typed: "7,10" });
  const text = writeResponse(form, answered(form, draft), "en", new Date());
  expect(text).toContain('"questionnaire":"http://x/f|1"');
  expect(text).toContain('"item":[{"linkId":"sleep","answer":[{"valueDecimal":7.10}]}]');
});

test("what is typed and is no number yet is no answer, and is told so", () => {
  const draft = complete(form.items, []);
  const [item, node] = question(draft, "sleep");
  expect(check(item, node)).toEqual({ code: "required" });
  setAnswer(item, node, 0, { value: valueOf("decimal", "7x"), typed: "7x" });
  expect(check(item, node)).toEqual({ code: "number" });
  setAnswer(item, node, 0, { value: valueOf("decimal", "24.01"), typed: "24.01" });
  expect(check(item, node)).toEqual({ code: "high", limit: "24" });
  setAnswer(item, node, 0, { value: valueOf("decimal", "24.0"), typed: "24.0" });
  expect(check(item, node)).toBeUndefined();
});

test("there is one question a step, what is shown before it with it, and a group may come again", () => {
  const draft = complete(form.items, []);
  const steps = stepsOf(form, draft);
  expect(steps.map(({ kind, key }) => [kind, key])).toEqual([
    ["question", "/sleep.0"],
    ["question", "/drugs.0/drug.0"],
    ["again", "/drugs.again"],
    ["question", "/kind.0"],
  ]);
  expect(steps[0]?.notes.map(({ linkId }) => linkId)).toEqual(["intro"]);
});

// SPDX-License-Identifier: Apache-2.0
// Which items are asked, given what is answered: the server's rules (cohort/questionnaire/enable.h),
// held to the same table of cases (tests/fixtures/enable_when.json).
import type { EnableWhen, Form, Item } from "./form";
import { isEqual, orderOf, type Value } from "./value";

export interface Answer {
  /** Null while something is typed that is no value yet. */
  value: Value | null;
  /** What was typed, where it is not the value's own text. */
  typed?: string;
  items: Node[];
}

/** What is answered to one item, in the order of the form. */
export interface Node {
  linkId: string;
  answers: Answer[];
  items: Node[];
}

/** Where an item stands: in a list of items, which lies in an item, and so on up. */
export interface Scope {
  parent?: Scope;
  items: readonly Node[];
  /** Of the item, or where it would be. */
  position: number;
  /** In whose item the list lies. */
  definition?: Item;
  node?: Node;
  answer?: Answer;
}

const liesIn = (items: readonly Item[], wanted: Item): boolean =>
  items.some((item) => item === wanted || liesIn(item.items, wanted));

function* inside(nodes: readonly Node[]): Generator<Node> {
  for (const node of nodes) {
    yield node;
    for (const answer of node.answers) yield* inside(answer.items);
    yield* inside(node.items);
  }
}

/** The last of that question before the position, else the first from there on. */
function nearest(at: Scope, linkId: string): Node | undefined {
  const isIt = (node: Node): boolean => node.linkId === linkId;
  const before = [...inside(at.items.slice(0, at.position))].filter(isIt);
  return before.at(-1) ?? [...inside(at.items)].find(isIt);
}

function answersTo(form: Form, question: Item, at: Scope): readonly Answer[] {
  for (let scope: Scope | undefined = at; scope; scope = scope.parent) {
    if (scope.definition === question)
      return scope.answer ? [scope.answer] : (scope.node?.answers ?? []);
    if (!liesIn(scope.definition?.items ?? form.items, question)) continue;
    return nearest(scope, question.linkId)?.answers ?? [];
  }
  return [];
}

function fulfils(answer: Value, { operator, answer: wanted }: EnableWhen): boolean {
  if (operator === "=") return isEqual(answer, wanted);
  const order = orderOf(answer, wanted);
  if (order === null) return false;
  if (operator === ">") return order > 0;
  if (operator === "<") return order < 0;
  return operator === ">=" ? order >= 0 : order <= 0;
}

function holds(form: Form, when: EnableWhen, at: Scope): boolean {
  const question = form.byLinkId.get(when.question);
  if (!question) return false;
  const values = answersTo(form, question, at).flatMap(({ value }) => value ?? []);
  if (when.operator === "exists")
    return values.length > 0 === !("text" in when.answer && when.answer.text === "false");
  if (when.operator === "!=")
    return values.length > 0 && !values.some((value) => isEqual(value, when.answer));
  return values.some((value) => fulfils(value, when));
}

/** Whether the item's enableWhen holds there; true for an item without. */
export function isEnabled(form: Form, item: Item, at: Scope): boolean {
  if (item.enableWhen.length === 0) return true;
  const one = (when: EnableWhen): boolean => holds(form, when, at);
  return item.enableAny ? item.enableWhen.some(one) : item.enableWhen.every(one);
}

/** Where an item stands in a list, or where it would: after those asked for before it. */
export function positionOf(
  item: Item,
  definitions: readonly Item[],
  nodes: readonly Node[],
): number {
  const first = nodes.findIndex((node) => node.linkId === item.linkId);
  if (first >= 0) return first;
  const before = new Set(
    definitions.slice(0, definitions.indexOf(item)).map(({ linkId }) => linkId),
  );
  return nodes.findLastIndex((node) => before.has(node.linkId)) + 1;
}

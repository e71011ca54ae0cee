// SPDX-License-Identifier: Apache-2.0
// The answers while they are given: a node for every item of the form, answered or not, so that
// what is switched off and on again still has its answer; only what is asked is sent.
import { isEnabled, positionOf, type Answer, type Node, type Scope } from "./enable";
import type { Form, Item } from "./form";

/** Completes a list of nodes in place: every item has one, in the order of the form. */
export function complete(items: readonly Item[], nodes: Node[]): Node[] {
  const all = items.flatMap((item) => {
    const there = nodes.filter((node) => node.linkId === item.linkId);
    const own = there.length > 0 ? there : [fresh(item)];
    for (const node of own) {
      if (item.type === "group") complete(item.items, node.items);
      for (const answer of node.answers) complete(item.items, answer.items);
    }
    return own;
  });
  nodes.splice(0, nodes.length, ...all);
  return nodes;
}

export const fresh = (item: Item): Node => ({
  linkId: item.linkId,
  answers: item.initial.map((value) => ({ value, items: [] })),
  items: [],
});

/** Another repetition of a group. */
export function freshGroup(item: Item): Node {
  const node = fresh(item);
  complete(item.items, node.items);
  return node;
}

/** Sets one answer to a question; nothing takes it away. What is asked below it stays. */
export function setAnswer(
  item: Item,
  node: Node,
  index: number,
  answer: Omit<Answer, "items"> | undefined,
): void {
  const there = node.answers[index];
  if (!answer) node.answers.splice(index, 1);
  else if (there) node.answers[index] = { ...answer, items: there.items };
  else node.answers.push({ ...answer, items: complete(item.items, []) });
}

export const isAnswered = (answer: Answer): boolean => answer.value !== null;

interface Pruned {
  nodes: Node[];
  /** What stands for which node of the draft. */
  of: Map<Node | Answer, Node & Answer>;
}

/** The draft without what is off, and without questions that have no answer. */
function prune(draft: readonly Node[], off: ReadonlySet<Node>): Pruned {
  const of: Pruned["of"] = new Map();
  const copy = (nodes: readonly Node[], isGroup: (node: Node) => boolean): Node[] =>
    nodes.flatMap((node) => {
      const answers = node.answers.filter(isAnswered);
      if (off.has(node) || (answers.length === 0 && !isGroup(node))) return [];
      const twin: Node = { linkId: node.linkId, answers: [], items: [] };
      twin.items = copy(node.items, isGroup);
      twin.answers = answers.map((answer) => {
        const own: Answer = { value: answer.value, items: copy(answer.items, isGroup) };
        of.set(answer, own as Node & Answer);
        return own;
      });
      of.set(node, twin as Node & Answer);
      return [twin];
    });
  return { nodes: copy(draft, (node) => node.items.length > 0), of };
}

/** One look at every item against a response: those that its answers switch off. */
function lookOnce(form: Form, draft: readonly Node[], pruned: Pruned): Set<Node> {
  const off = new Set<Node>();
  const level = (items: readonly Item[], nodes: readonly Node[], at: Scope): void => {
    for (const item of items) {
      const own = nodes.filter((node) => node.linkId === item.linkId);
      const position = positionOf(item, items, at.items);
      if (!isEnabled(form, item, { ...at, position })) own.forEach((node) => off.add(node));
      else own.forEach((node) => inside(item, node, at, position));
    }
  };
  const inside = (item: Item, node: Node, at: Scope, wouldBe: number): void => {
    const twin = pruned.of.get(node);
    const found = twin ? at.items.indexOf(twin) : -1;
    const parent = { ...at, position: found >= 0 ? found : wouldBe };
    const below = (answer?: Answer): Scope => {
      const items = (answer ? pruned.of.get(answer) : twin)?.items ?? [];
      return { parent, items, position: 0, definition: item, node: twin, answer };
    };
    if (item.type === "group") return level(item.items, node.items, below());
    for (const answer of node.answers.filter(isAnswered)) {
      const scope = below(answer);
      level(item.items, answer.items, { ...scope, answer: pruned.of.get(answer) });
    }
  };
  level(form.items, draft, { items: pruned.nodes, position: 0 });
  return off;
}

const isSame = (a: ReadonlySet<Node>, b: ReadonlySet<Node>): boolean =>
  a.size === b.size && [...a].every((node) => b.has(node));

/**
 * Which nodes are not asked, the answers of those not counted either. Items never wait for one
 * another in a circle (the server refuses such a form), so this comes to rest.
 */
export function switchedOff(form: Form, draft: readonly Node[]): Set<Node> {
  let off = new Set<Node>();
  for (;;) {
    const next = lookOnce(form, draft, prune(draft, off));
    if (isSame(off, next)) return off;
    off = next;
  }
}

/** What is sent: nodes with content alone. */
export function answered(form: Form, draft: readonly Node[]): Node[] {
  const clean = (nodes: readonly Node[]): Node[] =>
    nodes.flatMap((node) => {
      const items = clean(node.items);
      const answers = node.answers.map(({ value, items: below }) => ({
        value,
        items: clean(below),
      }));
      return items.length > 0 || answers.length > 0 ? [{ ...node, items, answers }] : [];
    });
  return clean(prune(draft, switchedOff(form, draft)).nodes);
}

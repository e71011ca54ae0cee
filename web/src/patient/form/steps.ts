// SPDX-License-Identifier: Apache-2.0
// The way through a form: one question a step, in its order, with what is shown before it.
import { isAnswered, switchedOff } from "./draft";
import type { Node } from "./enable";
import type { Form, Item } from "./form";

/** What a step asks: a question, whether a group comes again, or nothing but to read. */
export type Step = {
  /** The same while the question is asked, for the keys of pages. */
  key: string;
  /** The groups around it, from the outside, with their repetition where they repeat. */
  headings: { item: Item; number?: number }[];
  /** What is shown before the question. */
  notes: Item[];
} & (
  | { kind: "question"; item: Item; node: Node }
  | { kind: "again"; item: Item; siblings: Node[]; node: Node }
  | { kind: "note" }
);

interface Place {
  key: string;
  headings: Step["headings"];
}

export function stepsOf(form: Form, draft: Node[]): Step[] {
  const off = switchedOff(form, draft);
  const steps: Step[] = [];
  const notes: Item[] = [];
  const takeNotes = (): Item[] => notes.splice(0, notes.length);

  const level = (items: readonly Item[], nodes: Node[], place: Place): void => {
    for (const item of items) {
      const own = nodes.filter((node) => node.linkId === item.linkId && !off.has(node));
      own.forEach((node, index) => {
        const here = { ...place, key: `${place.key}/${item.linkId}.${index}` };
        if (item.hidden) return;
        if (item.type === "display") notes.push(item);
        else if (item.type === "group") group(item, node, here, { index, last: own.length - 1 });
        else question(item, node, here);
      });
      if (own.length > 0 && item.type === "group" && item.repeats && !item.hidden)
        again(item, nodes, own, place);
    }
  };

  const group = (
    item: Item,
    node: Node,
    place: Place,
    { index, last }: { index: number; last: number },
  ): void => {
    const isNumbered = item.repeats && last > 0;
    const heading = { item, number: isNumbered ? index + 1 : undefined };
    level(item.items, node.items, { ...place, headings: [...place.headings, heading] });
  };

  const question = (item: Item, node: Node, place: Place): void => {
    // What is filled in for the patient is not asked; it is sent as it stands.
    if (!item.readOnly) steps.push({ ...place, kind: "question", item, node, notes: takeNotes() });
    node.answers.forEach((answer, index) => {
      const below = { ...place, key: `${place.key}:${index}` };
      if (isAnswered(answer)) level(item.items, answer.items, below);
    });
  };

  const again = (item: Item, siblings: Node[], own: Node[], place: Place): void => {
    const node = own.at(-1);
    const most = item.maxOccurs ?? Infinity;
    if (!node || (own.length >= most && own.length === 1)) return;
    const key = `${place.key}/${item.linkId}.again`;
    steps.push({ ...place, kind: "again", key, item, siblings, node, notes: takeNotes() });
  };

  level(form.items, draft, { key: "", headings: [] });
  if (notes.length > 0) steps.push({ kind: "note", key: "end", headings: [], notes });
  return steps;
}

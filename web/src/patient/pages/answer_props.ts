// SPDX-License-Identifier: Apache-2.0
// What every field of an answer is given.
import type { Node } from "../form/enable";
import type { Item } from "../form/form";

/** What tells a screen reader which question a field belongs to, and what is wrong with it. */
export interface Labels {
  headingId: string;
  errorId: string;
  isWrong: boolean;
}

export interface AnswersProps {
  item: Item;
  node: Node;
  language: string;
  change: (how: () => void) => void;
  labels: Labels;
}

export const aria = ({ headingId, errorId, isWrong }: Labels) => ({
  "aria-labelledby": headingId,
  "aria-describedby": errorId,
  "aria-invalid": isWrong,
});

/** The field of one answer. */
export interface OneAnswerProps extends AnswersProps {
  index: number;
}

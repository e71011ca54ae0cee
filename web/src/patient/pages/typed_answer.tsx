// SPDX-License-Identifier: Apache-2.0
import type { InputHTMLAttributes } from "react";
import { setAnswer } from "../form/draft";
import type { ItemType } from "../form/form";
import { typedOf, valueOf } from "../form/typed";
import { aria, type OneAnswerProps } from "./answer_props";

type Input = InputHTMLAttributes<HTMLInputElement>;

const inputs: Partial<Record<ItemType, Input>> = {
  decimal: { type: "text", inputMode: "decimal", autoComplete: "off" },
  integer: { type: "text", inputMode: "numeric", autoComplete: "off" },
  date: { type: "date" },
  dateTime: { type: "datetime-local" },
  time: { type: "time" },
  url: { type: "url", autoComplete: "off" },
};

/** A field to type into: numbers, dates, texts. */
export function TypedAnswer({ item, node, index, change, labels }: OneAnswerProps) {
  const answer = node.answers[index];
  const shown = answer?.typed ?? typedOf(answer?.value ?? null);
  const type = (typed: string): void =>
    change(() => {
      const isNothing = typed.trim() === "" && (index > 0 || node.answers.length < 2);
      const next = { value: valueOf(item.type, typed), typed };
      setAnswer(item, node, index, isNothing ? undefined : next);
    });
  if (item.type === "text")
    return (
      <textarea
        rows={5}
        value={shown}
        {...aria(labels)}
        onChange={(event) => type(event.target.value)}
      />
    );
  return (
    <input
      {...(inputs[item.type] ?? { type: "text", autoComplete: "off" })}
      value={shown}
      {...aria(labels)}
      onChange={(event) => type(event.target.value)}
    />
  );
}

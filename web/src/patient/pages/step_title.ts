// SPDX-License-Identifier: Apache-2.0
import type { TFunction } from "i18next";
import { inLanguage, type Item } from "../form/form";
import type { Step } from "../form/steps";

export const itemText = (item: Item, language: string): string =>
  [item.prefix, item.text]
    .map((text) => inLanguage(text, language))
    .filter((text) => text !== "")
    .join(" ");

/** The question, or what a step without one is called. */
export function stepTitle(t: TFunction<"patient">, step: Step, language: string): string {
  if (step.kind === "note") return t("form/read");
  if (step.kind === "again") return t("form/more");
  return itemText(step.item, language) || t("form/unnamed");
}

/** The groups around a step, each with its number where there are several. */
export const headingTexts = (t: TFunction<"patient">, step: Step, language: string): string[] =>
  step.headings
    .map(({ item, number }) => {
      const name = itemText(item, language);
      return number === undefined ? name : t("form/times", { name, number });
    })
    .filter((text) => text !== "");

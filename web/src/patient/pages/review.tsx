// SPDX-License-Identifier: Apache-2.0
import type { TFunction } from "i18next";
import { check } from "../form/check";
import { isAnswered } from "../form/draft";
import type { Item } from "../form/form";
import type { Step } from "../form/steps";
import { isEqual, type Value } from "../form/value";
import { usePatientTexts } from "../use_patient_texts";
import { optionText } from "./choice_answer";
import { headingTexts, itemText } from "./step_title";

interface ReviewProps {
  steps: readonly Step[];
  language: string;
  onChange: (step: Step) => void;
}

/** Every question with its answer, before they are sent. */
export function Review({ steps, language, onChange }: ReviewProps) {
  const { t } = usePatientTexts();
  return (
    <>
      <p>{t("review/text")}</p>
      <ul className="cards">
        {steps.map((step) => {
          if (step.kind !== "question") return null;
          const question = itemText(step.item, language);
          const given = step.node.answers.filter(isAnswered);
          const words = given.map(({ value }) => value && valueText(t, step.item, value, language));
          return (
            <li key={step.key} className="card">
              <p className="within">{headingTexts(t, step, language).join(" · ")}</p>
              <h2>{question}</h2>
              <p>{words.length > 0 ? words.join(", ") : t("review/none")}</p>
              {check(step.item, step.node) && <p className="error">{t("review/mend")}</p>}
              <button
                type="button"
                className="plain"
                aria-label={t("review/changeOf", { question })}
                onClick={() => onChange(step)}
              >
                {t("review/change")}
              </button>
            </li>
          );
        })}
      </ul>
    </>
  );
}

function valueText(t: TFunction<"patient">, item: Item, value: Value, language: string): string {
  const option = item.options.find((one) => isEqual(one.value, value));
  if (option) return optionText(option, language);
  if (value.kind === "boolean") return t(value.text === "true" ? "form/yes" : "form/no");
  if (value.kind === "coding") return value.coding.display ?? value.coding.code ?? "";
  if (value.kind === "attachment") return value.attachment.title;
  if (value.kind === "quantity")
    return `${value.quantity.value} ${value.quantity.unit ?? value.quantity.code ?? ""}`.trim();
  return value.kind === "dateTime"
    ? value.text.slice(0, 16).replace("T", " ")
    : value.kind === "time"
      ? value.text.slice(0, 5)
      : value.text;
}

// SPDX-License-Identifier: Apache-2.0
import { useId } from "react";
import { setAnswer } from "../form/draft";
import { inLanguage, type Option } from "../form/form";
import { isEqual, type Value } from "../form/value";
import { usePatientTexts } from "../use_patient_texts";
import type { AnswersProps } from "./answer_props";

interface ChoiceAnswerProps extends AnswersProps {
  options: readonly Option[];
}

/** One of a list or several, and words of one's own where the form takes them. */
export function ChoiceAnswer(props: ChoiceAnswerProps) {
  const { t } = usePatientTexts();
  const name = useId();
  const { item, node, options, language, change, labels } = props;
  const isSeveral = item.repeats;
  const place = (option: Option): number =>
    node.answers.findIndex(({ value }) => value && isEqual(value, option.value));
  const own = node.answers.findIndex(
    ({ value }) => value?.kind === "string" && !options.some((one) => isEqual(one.value, value)),
  );
  const put = (index: number, value: Value | undefined): void =>
    change(() => {
      const at = isSeveral ? (index < 0 ? node.answers.length : index) : 0;
      setAnswer(item, node, at, value && { value });
    });
  const chosen = (value: Value): Value =>
    value.kind === "coding" ? { kind: "coding", coding: { ...value.coding } } : value;

  return (
    <div
      role={isSeveral ? "group" : "radiogroup"}
      className="options"
      aria-labelledby={labels.headingId}
      aria-describedby={labels.errorId}
    >
      {isSeveral && <p className="soft">{t("form/several")}</p>}
      {options.map((option, index) => (
        <label key={index} className="option">
          <input
            type={isSeveral ? "checkbox" : "radio"}
            name={name}
            checked={place(option) >= 0}
            onChange={({ target }) =>
              put(place(option), target.checked ? chosen(option.value) : undefined)
            }
          />
          <span>{optionText(option, language)}</span>
        </label>
      ))}
      {item.type === "open-choice" && (
        <OwnWords
          name={name}
          isSeveral={isSeveral}
          text={own >= 0 ? textAt(node.answers[own]?.value) : null}
          onText={(text) => put(own, text === null ? undefined : { kind: "string", text })}
        />
      )}
      {!item.required && !isSeveral && node.answers.length > 0 && (
        <button type="button" className="plain" onClick={() => put(0, undefined)}>
          {t("form/clear")}
        </button>
      )}
    </div>
  );
}

const textAt = (value: Value | null | undefined): string =>
  value && "text" in value ? value.text : "";

export const optionText = (option: Option, language: string): string =>
  [option.prefix, option.text]
    .map((text) => inLanguage(text, language))
    .filter((text) => text !== "")
    .join(" ");

interface OwnWordsProps {
  name: string;
  isSeveral: boolean;
  /** Null where it is not chosen. */
  text: string | null;
  onText: (text: string | null) => void;
}

function OwnWords({ name, isSeveral, text, onText }: OwnWordsProps) {
  const { t } = usePatientTexts();
  return (
    <>
      <label className="option">
        <input
          type={isSeveral ? "checkbox" : "radio"}
          name={name}
          checked={text !== null}
          onChange={({ target }) => onText(target.checked ? "" : null)}
        />
        <span>{t("form/other")}</span>
      </label>
      {text !== null && (
        <input
          type="text"
          autoComplete="off"
          aria-label={t("form/otherText")}
          value={text}
          onChange={({ target }) => onText(target.value)}
        />
      )}
    </>
  );
}

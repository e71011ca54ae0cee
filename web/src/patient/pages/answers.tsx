// SPDX-License-Identifier: Apache-2.0
// What a question of each type is answered with.
import { setAnswer } from "../form/draft";
import type { Answer } from "../form/enable";
import type { Option } from "../form/form";
import { usePatientTexts } from "../use_patient_texts";
import type { AnswersProps, OneAnswerProps } from "./answer_props";
import { ChoiceAnswer } from "./choice_answer";
import { FileAnswer } from "./file_answer";
import { QuantityAnswer } from "./quantity_answer";
import { TypedAnswer } from "./typed_answer";

export function Answers(props: AnswersProps) {
  const { t } = usePatientTexts();
  const { item } = props;
  if (item.type === "boolean") {
    const word = (text: string, shown: string): Option => ({
      value: { kind: "boolean", text },
      text: { own: shown, others: {} },
      prefix: { own: "", others: {} },
      exclusive: false,
      initial: false,
    });
    const options = [word("true", t("form/yes")), word("false", t("form/no"))];
    return <ChoiceAnswer {...props} options={options} />;
  }
  if (item.options.length > 0) return <ChoiceAnswer {...props} options={item.options} />;
  return <SeveralAnswers {...props} />;
}

/** One field, or as many as the patient wants where several answers are taken. */
function SeveralAnswers(props: AnswersProps) {
  const { t } = usePatientTexts();
  const { item, node, change } = props;
  const most = item.maxOccurs ?? (item.repeats ? Infinity : 1);
  const count = Math.max(1, node.answers.length);
  const places = Array.from({ length: count }, (_, index) => index);
  const empty: Omit<Answer, "items"> = { value: null, typed: "" };
  return (
    <>
      {places.map((index) => (
        <OneAnswer key={index} {...props} index={index} />
      ))}
      {item.repeats && node.answers.length > 0 && count < most && (
        <button
          type="button"
          onClick={() => change(() => setAnswer(item, node, node.answers.length, empty))}
        >
          {t("form/another")}
        </button>
      )}
    </>
  );
}

function OneAnswer(props: OneAnswerProps) {
  if (props.item.type === "quantity") return <QuantityAnswer {...props} />;
  if (props.item.type === "attachment") return <FileAnswer {...props} />;
  return <TypedAnswer {...props} />;
}

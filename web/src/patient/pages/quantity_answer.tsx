// SPDX-License-Identifier: Apache-2.0
import { setAnswer } from "../form/draft";
import { inLanguage, type Option } from "../form/form";
import { plainNumber, valueOf } from "../form/typed";
import type { Quantity, Value } from "../form/value";
import { usePatientTexts } from "../use_patient_texts";
import { aria, type OneAnswerProps } from "./answer_props";

type Unit = Omit<Quantity, "value">;

const unitOf = ({ value }: Option): Unit =>
  value.kind === "coding"
    ? { unit: value.coding.display, system: value.coding.system, code: value.coding.code }
    : {};

/** A number and its unit; of several units none is taken for granted. */
export function QuantityAnswer(props: OneAnswerProps) {
  const { t } = usePatientTexts();
  const { item, node, index, language, change, labels } = props;
  const answer = node.answers[index];
  const given = answer?.value?.kind === "quantity" ? answer.value.quantity : undefined;
  const [typed = "", chosen = ""] = (answer?.typed ?? typedOf(given, item.units)).split("|");
  const only = item.units.length === 1 ? item.units[0] : undefined;

  const set = (number: string, unit: string): void =>
    change(() => {
      const option = only ?? item.units[Number(unit)];
      const isWhole = valueOf("decimal", number) !== null && (unit !== "" || item.units.length < 2);
      const quantity = { ...(option ? unitOf(option) : {}), value: plainNumber(number) };
      const value: Value | null = isWhole ? { kind: "quantity", quantity } : null;
      const isNothing = number.trim() === "";
      setAnswer(item, node, index, isNothing ? undefined : { value, typed: `${number}|${unit}` });
    });
  return (
    <div className="quantity">
      <input
        type="text"
        inputMode="decimal"
        autoComplete="off"
        value={typed}
        {...aria(labels)}
        onChange={(event) => set(event.target.value, chosen)}
      />
      {only && <span>{inLanguage(only.text, language)}</span>}
      {item.units.length > 1 && (
        <select
          aria-label={t("form/unit")}
          value={chosen}
          onChange={(event) => set(typed, event.target.value)}
        >
          <option value="">{t("form/unit")}</option>
          {item.units.map((unit, number) => (
            <option key={number} value={String(number)}>
              {inLanguage(unit.text, language)}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}

function typedOf(given: Quantity | undefined, units: readonly Option[]): string {
  if (!given) return "";
  const index = units.findIndex((unit) => unitOf(unit).code === given.code);
  return `${given.value}|${index >= 0 ? String(index) : ""}`;
}

// SPDX-License-Identifier: Apache-2.0
import type { TFunction } from "i18next";
import type { CheckDef, Text } from "@/api";
import type { StudyModel } from "@/study/model";
import type { ShownFinding } from "./fields";

export type Speak = (text: Text | null | undefined, otherwise?: string) => string;

/** A check in words, such as "at least 60"; coded values by their texts. */
export function ruleText(
  t: TFunction,
  speak: Speak,
  check: CheckDef,
  model?: StudyModel,
  codeList?: string | null,
): string {
  const entries = model?.codeList(codeList)?.entries ?? [];
  if (!check.comparator) return "";
  const value = check.values
    .map((raw) => speak(entries.find((entry) => entry.value === raw)?.text, raw))
    .join(", ");
  const unit = model?.unit(check.unit);
  const measured = unit ? `${value} ${speak(unit.symbol, unit.name)}` : value;
  return t(`check/range/${check.comparator}`, { value: measured });
}

/** Orders checks as people say a range: "at least 30, at most 250", whatever the study's order. */
export function lowerBoundFirst(a: CheckDef, b: CheckDef): number {
  const isUpper = ({ comparator }: CheckDef): number =>
    comparator === "LT" || comparator === "LE" ? 1 : 0;
  return isUpper(a) - isUpper(b);
}

/** One sentence for a finding, in the reader's language where there is one. */
export function findingText(t: TFunction, speak: Speak, finding: ShownFinding): string {
  const said = speak(finding.message);
  if (said) return said;
  const local = finding.local;
  if (local?.rule) return t("check/fallback", { rule: ruleText(t, speak, local.rule) });
  if (!local || local.code === "range") return finding.check;
  if (local.code === "length" || local.code === "length_digits" || local.code === "digits") {
    return t(`check/${local.code}`, { max: local.max ?? 0 });
  }
  return t(`check/${local.code}`);
}

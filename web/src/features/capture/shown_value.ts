// SPDX-License-Identifier: Apache-2.0
import type { i18n } from "i18next";
import type { Text } from "@/api";
import { word } from "@/i18n/word";
import type { StudyModel } from "@/study/model";
import { missingInTrail } from "./missing";

/** A stored value as people read it: the text of a code, the unit, or why there is no value. */
export function shownValue(
  texts: i18n,
  model: StudyModel | undefined,
  speak: (text: Text | null | undefined, otherwise?: string) => string,
  item: string | null | undefined,
  raw: string | null | undefined,
  unit?: string | null,
  missing?: string | null,
): string {
  const reason = missing ?? missingInTrail(raw);
  if (reason) return word(texts, "missing", reason);
  if (raw === null || raw === undefined || raw === "") return "";
  const def = item ? model?.item(item) : undefined;
  const entry = model?.codeList(def?.code_list)?.entries.find(({ value }) => value === raw);
  const said = entry ? speak(entry.text, raw) : raw;
  const known = model?.unit(unit ?? (def?.unit_oids?.length === 1 ? def.unit_oids[0] : null));
  return known ? `${said} ${speak(known.symbol, known.name)}` : said;
}

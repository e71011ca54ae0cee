// SPDX-License-Identifier: Apache-2.0
import type { Text } from "@/api";

/**
 * The text of a study definition in the wished language: exact tag, same base language, then the
 * untagged text, then whatever there is; "" for no text at all.
 */
export function studyText(text: Text | null | undefined, language: string): string {
  if (!text) return "";
  const base = language.split("-")[0] ?? language;
  const near = Object.keys(text).find((tag) => tag.split(/[-_]/)[0] === base);
  return (
    text[language] ??
    (near !== undefined ? text[near] : undefined) ??
    text[""] ??
    text.und ??
    Object.values(text)[0] ??
    ""
  );
}

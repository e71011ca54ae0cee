// SPDX-License-Identifier: Apache-2.0
import type { TFunction } from "i18next";
import type { Problem, ProblemError } from "@/api";
import type { Field, GroupView, ShownFinding } from "./fields";
import { findingText, type Speak } from "./finding_text";

/** What stands in the way of completing a form, at the item where it can be mended. */
export interface Obstacle {
  field: Field | undefined;
  what: "mandatory" | { finding: ShownFinding } | { said: string };
}

/** In the language of the page as it is now: it may have changed since the obstacle was found. */
export function obstacleText(t: TFunction, speak: Speak, { what }: Obstacle): string {
  if (what === "mandatory") return t("check/mandatory");
  return "said" in what ? what.said : findingText(t, speak, what.finding);
}

export const allFields = (groups: GroupView[]): Field[] =>
  groups.flatMap((group) => group.rows.flatMap((row) => row.fields));

/** The field a pointer such as "/items/IG.VITALS/1/IT.SYSBP" names, in whatever order it names it. */
export function fieldAt(error: ProblemError, fields: Field[]): Field | undefined {
  const parts = new Set(
    (error.pointer ?? "")
      .split("/")
      .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~")),
  );
  const named = fields.filter((field) => parts.has(field.address.item));
  return (
    named.find(({ address }) => parts.has(address.group) && parts.has(address.repeat)) ?? named[0]
  );
}

/** The server's obstacles, in the page's words where the page has words for them. */
export const obstaclesOf = (problem: Problem, fields: Field[]): Obstacle[] =>
  problem.errors.map((error) => ({
    field: fieldAt(error, fields),
    what: error.code === "mandatory" ? "mandatory" : { said: error.message ?? error.code ?? "" },
  }));

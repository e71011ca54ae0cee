// SPDX-License-Identifier: Apache-2.0
import type { Problem, ProblemError } from "@/api";
import type { Field, GroupView } from "./fields";

/** What stands in the way of completing a form, at the item where it can be mended. */
export interface Obstacle {
  field: Field | undefined;
  text: string;
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
export const obstaclesOf = (problem: Problem, fields: Field[], mandatory: string): Obstacle[] =>
  problem.errors.map((error) => ({
    field: fieldAt(error, fields),
    text: error.code === "mandatory" ? mandatory : (error.message ?? error.code ?? ""),
  }));

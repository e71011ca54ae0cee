// SPDX-License-Identifier: Apache-2.0
import type { OccasionTally } from "@/api";

/** Whole percent that are answered, cut off: only all of them are 100. Nothing due: no rate. */
export const percentOf = ({ answered, due }: Pick<OccasionTally, "answered" | "due">) =>
  due === 0 ? null : Math.floor((100 * answered) / due);

// SPDX-License-Identifier: Apache-2.0
import type { Stage } from "@/api";

/** The stages of the form's last write, out of those of all its writes in whatever order. */
export function newestStages(stages: readonly Stage[]): Stage[] {
  const newest = Math.max(0, ...stages.map((stage) => stage.version ?? 0));
  return stages.filter((stage) => (stage.version ?? 0) === newest);
}

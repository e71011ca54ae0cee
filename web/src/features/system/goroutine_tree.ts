// SPDX-License-Identifier: Apache-2.0
import type { RunningGoroutine } from "@/api";

export interface Branch {
  goroutine: RunningGoroutine;
  started: Branch[];
}

/** Who started whom. Whoever was started by somebody who is not there stands at the top. */
export function goroutineTree(goroutines: readonly RunningGoroutine[]): Branch[] {
  const branches = new Map(
    goroutines.map((goroutine): [number, Branch] => [goroutine.id, { goroutine, started: [] }]),
  );
  const tops: Branch[] = [];
  for (const branch of branches.values()) {
    const { parent } = branch.goroutine;
    const above = parent === undefined ? undefined : branches.get(parent);
    (above ? above.started : tops).push(branch);
  }
  return tops;
}

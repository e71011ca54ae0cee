// SPDX-License-Identifier: Apache-2.0
import type { AuditRecord } from "@/api";

/** Records by time, newest first; those of one moment keep the later one first. */
export function newestFirst(records: readonly AuditRecord[]): AuditRecord[] {
  const isRising = (records[0]?.at ?? "") <= (records.at(-1)?.at ?? "");
  return isRising ? [...records].reverse() : [...records];
}

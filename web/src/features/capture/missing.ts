// SPDX-License-Identifier: Apache-2.0

/** The server's words for why a value is missing, in the order the page offers them. */
export const missingReasons = ["ND", "NA", "UNK", "REFUSED"] as const;

/** The audit trail writes a missing value as its reason in brackets. */
export const missingInTrail = (text: string | null | undefined): string | undefined =>
  missingReasons.find((reason) => text === `[${reason}]`);

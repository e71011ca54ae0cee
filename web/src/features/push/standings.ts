// SPDX-License-Identifier: Apache-2.0

/** What a report on its way can be, in the order of its way. */
export const standings = ["waiting", "unknown", "acknowledged", "refused"] as const;
export type Standing = (typeof standings)[number];

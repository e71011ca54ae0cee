// SPDX-License-Identifier: Apache-2.0

/** The invitation in a link (/patient/#TOKEN), which is taken out of the address and its history. */
export function takeInvitation(): string {
  const invitation = window.location.hash.slice(1);
  if (invitation !== "") history.replaceState(null, "", window.location.pathname);
  return invitation;
}

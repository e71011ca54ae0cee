// SPDX-License-Identifier: Apache-2.0
import { createContext, useContext } from "react";
import type { Session } from "@/api";

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("a page was drawn without a session");
  return session;
}

export interface Where {
  study?: string;
  site?: string;
}

/** Whether the person may do this there. The server decides again; this only draws the page. */
export function may(session: Session, permission: string, where: Where = {}): boolean {
  return session.permissions.some(
    (grant) =>
      grant.permission === permission &&
      (!grant.study || !where.study || grant.study === where.study) &&
      (!grant.site || !where.site || grant.site === where.site),
  );
}

/** Whether the person may do this at every site of the study, those to come too. */
export function mayEverywhere(session: Session, permission: string, study: string): boolean {
  return session.permissions.some(
    (grant) =>
      grant.permission === permission && !grant.site && (!grant.study || grant.study === study),
  );
}

// SPDX-License-Identifier: Apache-2.0
import { Modal } from "antd";
import { useEffect, useRef, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import { useBlocker, useLocation, useNavigate, type Blocker } from "react-router";
import type { FormDocument } from "@/api";
import type { FormDraft } from "./draft";
import { placeKey } from "./kept";
import { formPath, placeOf, type BegunState } from "./place";

interface LeaveGuardProps {
  draft: FormDraft;
  document: FormDocument;
}

/** Going to another page saves first; only what cannot be saved holds the person up. */
export function LeaveGuard({ draft, document }: LeaveGuardProps) {
  const { t } = useTranslation();
  // Known the moment it happens; React may draw the blocker's state much later.
  const isLeaving = useRef(false);
  const blocker = useBlocker(({ currentLocation, nextLocation }) => {
    const isSamePage =
      currentLocation.pathname === nextLocation.pathname ||
      (nextLocation.state as BegunState | null)?.begunAt !== undefined;
    const isHeldUp = draft.getSnapshot().edits.size > 0 && !isSamePage;
    if (isHeldUp) isLeaving.current = true;
    return isHeldUp;
  });
  useBegunAddress(document, blocker.state, isLeaving);
  useEffect(() => {
    if (blocker.state !== "blocked") return;
    let isCurrent = true;
    void draft.flush().then(() => {
      if (isCurrent && draft.getSnapshot().edits.size === 0) blocker.proceed();
    });
    return () => {
      isCurrent = false;
    };
  }, [blocker, draft]);
  const isHeld = blocker.state === "blocked" && draft.getSnapshot().save.kind !== "saving";
  return (
    <Modal
      open={isHeld && draft.getSnapshot().edits.size > 0}
      title={t("form/leaveTitle")}
      okText={t("form/stay")}
      cancelText={t("form/leave")}
      onOk={() => {
        isLeaving.current = false;
        blocker.reset?.();
      }}
      onCancel={() => blocker.proceed?.()}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
    >
      {t("form/leaveBody")}
    </Modal>
  );
}

/**
 * The first save makes the form: the address then names it, and the page stays as it is. Not while
 * the person is on the way to another page, which would end that.
 */
function useBegunAddress(
  document: FormDocument,
  blocker: Blocker["state"],
  isLeaving: RefObject<boolean>,
): void {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const { id, study } = document;
  const key = placeKey(placeOf(document));
  useEffect(() => {
    const path = formPath(study, id);
    if (id === "" || pathname === path || isLeaving.current) return;
    const state: BegunState = { begunAt: key };
    void navigate(path, { replace: true, state });
  }, [id, study, key, pathname, navigate, blocker, isLeaving]);
}

// SPDX-License-Identifier: Apache-2.0
import { Modal } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useBlocker } from "react-router";
import type { FormDraft } from "./draft";
import type { BegunState } from "./place";

/** Going to another page saves first; only what cannot be saved holds the person up. */
export function LeaveGuard({ draft }: { draft: FormDraft }) {
  const { t } = useTranslation();
  const blocker = useBlocker(({ currentLocation, nextLocation }) => {
    const isSamePage =
      currentLocation.pathname === nextLocation.pathname ||
      (nextLocation.state as BegunState | null)?.begunAt !== undefined;
    return draft.getSnapshot().edits.size > 0 && !isSamePage;
  });
  useEffect(() => {
    if (blocker.state !== "blocked") return;
    void draft.flush().then(() => {
      if (draft.getSnapshot().edits.size === 0) blocker.proceed();
    });
  }, [blocker, draft]);
  const isHeld = blocker.state === "blocked" && draft.getSnapshot().save.kind !== "saving";
  return (
    <Modal
      open={isHeld && draft.getSnapshot().edits.size > 0}
      title={t("form/leaveTitle")}
      okText={t("form/stay")}
      cancelText={t("form/leave")}
      onOk={() => blocker.reset?.()}
      onCancel={() => blocker.proceed?.()}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
    >
      {t("form/leaveBody")}
    </Modal>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Popconfirm } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { problemText } from "@/frame/problem_panel";
import { inZone } from "@/frame/time";
import type { FormDraft } from "./draft";
import type { SaveState } from "./draft_types";

interface SaveStatusProps {
  save: SaveState;
  zone: string | undefined;
}

/** One line that is always true: what is saved, and what is not. */
export function SaveLine({ save, zone }: SaveStatusProps) {
  const { t } = useTranslation();
  const line = ((): string => {
    switch (save.kind) {
      case "saved":
        return save.at === null
          ? t("form/savedNothing")
          : t("form/saved", { time: inZone(save.at, zone).format("HH:mm:ss") });
      case "waiting":
        return t("form/waiting", { count: save.count });
      case "saving":
        return t("form/saving");
      case "needs_reason":
        return t("form/waitsReason");
      case "conflict":
        return t("form/conflict", { count: save.conflicts.length });
      case "failed":
        return t("form/failed", { count: save.count });
      case "offline":
        return save.count === 0
          ? t("form/offlineNothing")
          : t("form/offline", { count: save.count });
    }
  })();
  const tone =
    save.kind === "saved"
      ? "done"
      : save.kind === "waiting" || save.kind === "saving"
        ? "progress"
        : "wrong";
  return (
    <span
      className={`save-line save-${tone}`}
      role="status"
      data-testid="save-line"
      data-save={save.kind}
      title={save.kind === "saved" && save.at ? new Date(save.at).toISOString() : undefined}
    >
      {line}
    </span>
  );
}

function useSeconds(until: number | null): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (until === null) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [until]);
  return until === null ? 0 : Math.max(0, Math.ceil((until - now) / 1000));
}

interface SaveTroubleProps {
  save: SaveState;
  draft: FormDraft;
  onCompare: () => void;
  onReason: () => void;
}

/** What stands in the way of a save, with the next step. */
export function SaveTrouble({ save, draft, onCompare, onReason }: SaveTroubleProps) {
  const { t } = useTranslation();
  const seconds = useSeconds(save.kind === "failed" ? save.retryAt : null);
  if (save.kind === "failed") {
    const why = problemText(t, save.problem);
    const isPassing = save.retryAt !== null;
    return (
      <Alert
        type="error"
        showIcon
        className="save-trouble"
        title={t("form/failed", { count: save.count })}
        description={
          isPassing ? t("form/failedWhy", { why, seconds }) : `${why} ${t("form/failedRefused")}`
        }
        action={
          isPassing ? (
            <Button onClick={() => void draft.flush()}>{t("form/saveNow")}</Button>
          ) : (
            <Popconfirm
              title={t("form/discardTitle")}
              description={t("form/discardBody")}
              okText={t("form/discard")}
              cancelText={t("app/cancel")}
              onConfirm={() => draft.discard()}
            >
              <Button danger>{t("form/discard")}</Button>
            </Popconfirm>
          )
        }
      />
    );
  }
  if (save.kind === "offline") {
    return (
      <Alert
        type="warning"
        showIcon
        className="save-trouble"
        title={
          save.count === 0 ? t("form/offlineNothing") : t("form/offline", { count: save.count })
        }
      />
    );
  }
  if (save.kind === "conflict") {
    return (
      <Alert
        type="warning"
        showIcon
        className="save-trouble"
        title={t("form/conflict", { count: save.conflicts.length })}
        action={<Button onClick={onCompare}>{t("form/compare")}</Button>}
      />
    );
  }
  if (save.kind === "needs_reason") {
    return (
      <Alert
        type="warning"
        showIcon
        className="save-trouble"
        title={t("form/waitsReason")}
        action={<Button onClick={onReason}>{t("form/giveReason")}</Button>}
      />
    );
  }
  return null;
}

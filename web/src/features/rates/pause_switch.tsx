// SPDX-License-Identifier: Apache-2.0
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Input, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem, pauseQuestionnaires, resumeQuestionnaires } from "@/api";
import { problemText } from "@/frame/problem_panel";
import { useSay } from "@/frame/say";

/** That a study's questionnaires rest, and what that means. */
export function PausedNote() {
  const { t } = useTranslation();
  return (
    <Alert
      className="paused-note"
      type="warning"
      showIcon
      title={t("rates/paused")}
      description={t("rates/pausedHint")}
    />
  );
}

/** Lets a study's questionnaires rest, with a reason, and go on; every page of it follows. */
export function PauseSwitch({ study, isPaused }: { study: string; isPaused: boolean }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const say = useSay();
  const [isAsking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const change = useMutation({
    mutationFn: () => (isPaused ? resumeQuestionnaires(study) : pauseQuestionnaires(study, reason)),
    onSuccess: async () => {
      setAsking(false);
      setReason("");
      await Promise.all(
        ["rates", "occasions", "tasks"].map((key) => client.invalidateQueries({ queryKey: [key] })),
      );
    },
    onError: (error) => {
      const problem = asProblem(error);
      say.error((words) => `${problemText(words, problem)} ${words("problem/unchanged")}`);
    },
  });
  if (isPaused)
    return (
      <Button type="primary" loading={change.isPending} onClick={() => change.mutate()}>
        {t("rates/resume")}
      </Button>
    );
  return (
    <>
      <Button onClick={() => setAsking(true)}>{t("rates/pause")}</Button>
      <Modal
        open={isAsking}
        title={t("rates/pauseTitle")}
        okText={t("rates/pause")}
        cancelText={t("app/cancel")}
        okButtonProps={{ disabled: reason.trim() === "" }}
        confirmLoading={change.isPending}
        onOk={() => change.mutate()}
        onCancel={() => setAsking(false)}
      >
        <p className="soft">{t("rates/pausedHint")}</p>
        <label className="pause-reason">
          {t("rates/pauseReason")}
          <Input value={reason} onChange={(event) => setReason(event.target.value)} />
        </label>
      </Modal>
    </>
  );
}

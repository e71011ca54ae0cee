// SPDX-License-Identifier: Apache-2.0
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Input, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem } from "@/api";
import { readAlertPatience, setAlertPatience } from "@/api/alerts";
import { ProblemPanel, problemText } from "@/frame/problem_panel";
import { useSay } from "@/frame/say";
import { mayEverywhere, useSession } from "@/session/session";
import { useWaited } from "./waited";

/** After how long the study's alerts are passed on, and for who builds studies how to change it. */
export function Patience({ study }: { study: string }) {
  const { t } = useTranslation();
  const session = useSession();
  const waited = useWaited();
  const [isAsking, setAsking] = useState(false);
  const patience = useQuery({
    queryKey: ["alert-patience", study],
    queryFn: ({ signal }) => readAlertPatience(study, { signal }),
  });
  if (patience.error) return <ProblemPanel error={patience.error} />;
  if (patience.data === undefined) return null;
  return (
    <div className="alert-patience soft">
      {t("alerts/patience", { time: waited(patience.data * 60) })}
      {mayEverywhere(session, "study.build", study) && (
        <Button size="small" onClick={() => setAsking(true)}>
          {t("alerts/patienceChange")}
        </Button>
      )}
      {isAsking && (
        <PatienceDialog study={study} minutes={patience.data} onClose={() => setAsking(false)} />
      )}
    </div>
  );
}

/** Minutes: a day. */
const most = 1440;

interface PatienceDialogProps {
  study: string;
  minutes: number;
  onClose: () => void;
}

function PatienceDialog({ study, minutes, onClose }: PatienceDialogProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const say = useSay();
  const [wished, setWished] = useState(String(minutes));
  const isTime = /^\d{1,4}$/.test(wished) && Number(wished) >= 1 && Number(wished) <= most;
  const change = useMutation({
    mutationFn: () => setAlertPatience(study, Number(wished)),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["alert-patience", study] });
      onClose();
    },
    onError: (error) => {
      const problem = asProblem(error);
      say.error((words) => `${problemText(words, problem)} ${words("problem/unchanged")}`);
    },
  });
  return (
    <Modal
      open
      title={t("alerts/patienceTitle")}
      okText={t("alerts/save")}
      cancelText={t("app/cancel")}
      okButtonProps={{ disabled: !isTime }}
      confirmLoading={change.isPending}
      onOk={() => change.mutate()}
      onCancel={onClose}
    >
      <p className="soft">{t("alerts/patienceHint")}</p>
      <label className="alert-note">
        {t("alerts/patienceField")}
        <Input
          inputMode="numeric"
          value={wished}
          onChange={(event) => setWished(event.target.value.trim())}
        />
      </label>
    </Modal>
  );
}

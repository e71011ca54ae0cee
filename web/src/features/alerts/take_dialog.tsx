// SPDX-License-Identifier: Apache-2.0
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Input, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem, type PatientAlert } from "@/api";
import { takePatientAlert } from "@/api/alerts";
import { problemText } from "@/frame/problem_panel";

/** Takes care of an alert, with what was done about it; once. */
export function TakeDialog({ alert, onClose }: { alert: PatientAlert; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [note, setNote] = useState("");
  const taking = useMutation({
    mutationFn: () => takePatientAlert(alert.id, note),
    onSuccess: onClose,
    // Also where somebody else was first: the list says so by itself.
    onSettled: () =>
      Promise.all(
        ["alerts", "response", "responses"].map((key) =>
          client.invalidateQueries({ queryKey: [key] }),
        ),
      ),
  });
  const problem = taking.error && asProblem(taking.error);
  return (
    <Modal
      open
      title={t("alerts/dialog", { rule: alert.rule })}
      okText={t("alerts/save")}
      cancelText={t("app/cancel")}
      okButtonProps={{ disabled: note.trim() === "" }}
      confirmLoading={taking.isPending}
      onOk={() => taking.mutate()}
      onCancel={onClose}
    >
      <p className="soft">{t("alerts/dialogHint")}</p>
      {problem && (
        <Alert
          className="alert-refusal"
          type="error"
          showIcon
          title={problem.code === "alert-acknowledged" ? t("alerts/gone") : problemText(t, problem)}
        />
      )}
      <label className="alert-note">
        {t("alerts/note")}
        <Input.TextArea rows={3} value={note} onChange={(event) => setNote(event.target.value)} />
      </label>
    </Modal>
  );
}

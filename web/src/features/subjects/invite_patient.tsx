// SPDX-License-Identifier: Apache-2.0
import { useMutation } from "@tanstack/react-query";
import { Button, Modal, QRCode } from "antd";
import { useTranslation } from "react-i18next";
import { invitePatient } from "@/api";
import { ProblemPanel } from "@/frame/problem_panel";

/** Makes a link for a patient's phone, shown this once, and the code that is told apart from it. */
export function InvitePatient({ subject }: { subject: string }) {
  const { t } = useTranslation();
  const inviting = useMutation({ mutationFn: () => invitePatient(subject) });
  const { data, error } = inviting;
  return (
    <>
      <Button loading={inviting.isPending} onClick={() => inviting.mutate()}>
        {t("invite/action")}
      </Button>
      <Modal
        open={data !== undefined || error !== null}
        title={t("invite/title")}
        footer={null}
        onCancel={() => inviting.reset()}
      >
        {error && <ProblemPanel error={error} onRetry={() => inviting.mutate()} />}
        {data && (
          <div className="invite">
            <p>{t("invite/link")}</p>
            <QRCode
              aria-label={t("invite/picture")}
              value={window.location.origin + data.link}
              size={220}
            />
            <p className="invite-link">{window.location.origin + data.link}</p>
            <p>{t("invite/code")}</p>
            <p className="invite-code">{data.code}</p>
            <p>{t("invite/once")}</p>
          </div>
        )}
      </Modal>
    </>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Checkbox, Form, Input, Modal, Popconfirm } from "antd";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import {
  asProblem,
  removeReportReceiver,
  setReportReceiver,
  type Problem,
  type SiteReports,
} from "@/api";
import { problemText } from "@/frame/problem_panel";

const example = "https://reports.hospital.example/cohort";

interface Values {
  url: string;
  token: string;
  enabled: boolean;
}

interface ReceiverDialogProps {
  study: string;
  name: string;
  reports: SiteReports;
  onClose: () => void;
}

/** Sets, changes or removes the receiver of a site. */
export function ReceiverDialog({ study, name, reports, onClose }: ReceiverDialogProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [form] = Form.useForm<Values>();
  const { site, receiver } = reports;
  const over = {
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["receivers", study] });
      onClose();
    },
  };
  const setting = useMutation({
    mutationFn: ({ url, token, enabled }: Values) =>
      setReportReceiver({ study, site }, { url, enabled, ...(token ? { token } : {}) }),
    ...over,
  });
  const removing = useMutation({
    mutationFn: () => removeReportReceiver({ study, site }),
    ...over,
  });
  const error = setting.error ?? removing.error;
  return (
    <Modal
      open
      title={t("push/dialog", { site: name })}
      onCancel={onClose}
      footer={[
        receiver && <Remove key="remove" name={name} onRemove={() => removing.mutate()} />,
        <Button key="cancel" onClick={onClose}>
          {t("app/cancel")}
        </Button>,
        <Button key="set" type="primary" loading={setting.isPending} onClick={() => form.submit()}>
          {t("push/save")}
        </Button>,
      ]}
    >
      <p className="soft">{t("push/dialogHint")}</p>
      {error && <Refusal problem={asProblem(error)} />}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{
          url: receiver?.url ?? "",
          token: "",
          enabled: receiver?.enabled ?? true,
        }}
        onFinish={(values) => setting.mutate(values)}
      >
        <Form.Item name="url" label={t("push/url")}>
          <Input type="url" autoComplete="off" placeholder={example} />
        </Form.Item>
        <Form.Item
          name="token"
          label={t("push/token")}
          extra={t(receiver ? "push/tokenKept" : "push/tokenNew")}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Form.Item name="enabled" valuePropName="checked">
          <Checkbox>{t("push/enabled")}</Checkbox>
        </Form.Item>
      </Form>
    </Modal>
  );
}

function Remove({ name, onRemove }: { name: string; onRemove: () => void }) {
  const { t } = useTranslation();
  return (
    <Popconfirm
      title={t("push/removeTitle", { site: name })}
      description={t("push/removeLead")}
      okText={t("push/removeYes")}
      cancelText={t("push/removeNo")}
      onConfirm={onRemove}
    >
      <Button danger className="receiver-remove">
        {t("push/remove")}
      </Button>
    </Popconfirm>
  );
}

function why(t: TFunction, problem: Problem): string {
  if (problem.code === "bad-url") return t("push/badUrl");
  if (problem.code === "bad-token") return t("push/badToken");
  if (problem.code === "token-missing") return t("push/missingToken");
  return problemText(t, problem);
}

function Refusal({ problem }: { problem: Problem }) {
  const { t } = useTranslation();
  return (
    <Alert
      className="receiver-refusal"
      type="error"
      showIcon
      title={`${why(t, problem)} ${t("problem/unchanged")}`}
    />
  );
}

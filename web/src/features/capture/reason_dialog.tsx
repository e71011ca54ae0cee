// SPDX-License-Identifier: Apache-2.0
import { Button, Form, Input, Modal } from "antd";
import { useTranslation } from "react-i18next";

interface ReasonDialogProps {
  open: boolean;
  title: string;
  lead: string;
  okText: string;
  /** Something is removed, not changed. */
  isRemoval?: boolean;
  onReason: (reason: string) => void;
  onLater: () => void;
}

const forChange = ["source", "typing", "late", "query"] as const;
const forRemoval = ["twice", "elsewhere", "never"] as const;

/** Asks why; closing it changes nothing and loses nothing. */
export function ReasonDialog(props: ReasonDialogProps) {
  const { t } = useTranslation();
  const [form] = Form.useForm<{ reason: string }>();
  return (
    <Modal
      open={props.open}
      title={props.title}
      okText={props.okText}
      okButtonProps={{ danger: props.isRemoval }}
      cancelText={t("form/reasonLater")}
      onOk={() => form.submit()}
      onCancel={props.onLater}
      destroyOnHidden
    >
      <p className="soft">{props.lead}</p>
      <Form
        form={form}
        layout="vertical"
        preserve={false}
        requiredMark={false}
        onFinish={({ reason }) => props.onReason(reason.trim())}
      >
        <Form.Item
          name="reason"
          label={t("form/reason")}
          rules={[{ required: true, whitespace: true, message: t("form/reasonMissing") }]}
        >
          <Input autoFocus maxLength={500} onPressEnter={() => form.submit()} />
        </Form.Item>
        <div className="reasons">
          {(props.isRemoval ? forRemoval : forChange).map((reason) => (
            <Button
              key={reason}
              size="small"
              onClick={() => form.setFieldValue("reason", t(`form/reasons/${reason}`))}
            >
              {t(`form/reasons/${reason}`)}
            </Button>
          ))}
        </div>
      </Form>
    </Modal>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, Form, Modal, Radio, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { asProblem, Intention, listStudies, startExport } from "@/api";
import { problemText } from "@/frame/problem_panel";
import { may, useSession } from "@/session/session";

interface Values {
  study: string;
  each: "study" | "subject";
}

interface NewExportProps {
  open: boolean;
  onClose: () => void;
}

export function NewExportDialog({ open, onClose }: NewExportProps) {
  const { t } = useTranslation();
  const session = useSession();
  const navigate = useNavigate();
  const [form] = Form.useForm<Values>();
  const [intention] = useState(() => new Intention());
  const studies = useQuery({ queryKey: ["studies"], queryFn: listStudies });
  const own = (studies.data ?? []).filter(({ id }) => may(session, "export.run", { study: id }));
  const starting = useMutation({
    mutationFn: ({ study, each }: Values) =>
      startExport(study, { each }, intention.keyFor({ study, each })),
    onSuccess: async ({ job }) => {
      intention.settle();
      onClose();
      await navigate(`/jobs/${job}`);
    },
    onError: (error) => intention.settle(asProblem(error)),
  });
  const problem = starting.error ? asProblem(starting.error) : null;
  return (
    <Modal
      open={open}
      title={t("jobs/newExport")}
      okText={t("jobs/start")}
      cancelText={t("app/cancel")}
      confirmLoading={starting.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <p className="soft">{t("jobs/newExportLead")}</p>
      {problem && (
        <Alert
          type="error"
          showIcon
          style={{ marginBottom: 16 }}
          title={`${problemText(t, problem)} ${t("problem/unchanged")}`}
        />
      )}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        key={own.length}
        initialValues={{ study: own[0]?.id, each: "study" }}
        onFinish={(values) => starting.mutate(values)}
      >
        <Form.Item name="study" label={t("nav/study")} rules={[{ required: true }]}>
          <Select options={own.map(({ id, name }) => ({ value: id, label: name }))} />
        </Form.Item>
        <Form.Item name="each" label={t("jobs/each")}>
          <Radio.Group
            options={[
              { value: "study", label: t("jobs/eachStudy") },
              { value: "subject", label: t("jobs/eachSubject") },
            ]}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}

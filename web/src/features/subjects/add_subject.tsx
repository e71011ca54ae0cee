// SPDX-License-Identifier: Apache-2.0
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Form, Input, Modal, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { addSubject, asProblem, newIdempotencyKey, type Site } from "@/api";
import { problemText } from "@/frame/problem_panel";
import { useSay } from "@/frame/say";
import { inZone } from "@/frame/time";
import { may, useSession } from "@/session/session";

interface AddSubjectProps {
  study: string;
  sites: Site[];
  open: boolean;
  onClose: () => void;
}

interface Values {
  site: string;
  key?: string;
  enrolled_on?: string;
}

export function AddSubject({ study, sites, open, onClose }: AddSubjectProps) {
  const { t } = useTranslation();
  const session = useSession();
  const client = useQueryClient();
  const navigate = useNavigate();
  const say = useSay();
  const [form] = Form.useForm<Values>();
  // One key for as long as the dialog is open: pressing "Add" again after a lost answer adds once.
  const [key, setKey] = useState(newIdempotencyKey);
  const [opened] = useState(() => Date.now());
  const own = sites.filter((site) => may(session, "subject.create", { study, site: site.id }));

  const adding = useMutation({
    mutationFn: (values: Values) =>
      addSubject(
        study,
        {
          site: values.site,
          ...(values.key?.trim() ? { key: values.key.trim() } : {}),
          ...(values.enrolled_on ? { enrolled_on: values.enrolled_on } : {}),
        },
        key,
      ),
    onSuccess: async (subject) => {
      setKey(newIdempotencyKey());
      form.resetFields();
      onClose();
      say.success((t) => t("addSubject/done", { key: subject.key }));
      await client.invalidateQueries({ queryKey: ["matrix", study] });
      await navigate(`/studies/${study}/subjects/${subject.id}`);
    },
    onError: (error) => {
      if (!asProblem(error).passing) setKey(newIdempotencyKey());
    },
  });
  const problem = adding.error ? asProblem(adding.error) : null;

  return (
    <Modal
      open={open}
      title={t("addSubject/title")}
      okText={t("addSubject/submit")}
      cancelText={t("app/cancel")}
      confirmLoading={adding.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
      afterOpenChange={(isOpen) => isOpen && document.getElementById("site")?.focus()}
    >
      <p className="soft">{t("addSubject/lead")}</p>
      {problem && (
        <Alert
          type="error"
          showIcon
          style={{ marginBottom: 16 }}
          title={
            problem.status === 409
              ? t("addSubject/duplicate")
              : `${problemText(t, problem)} ${t("problem/unchanged")}`
          }
        />
      )}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{
          site: own.length === 1 ? own[0]?.id : undefined,
          enrolled_on: inZone(opened, own[0]?.time_zone).format("YYYY-MM-DD"),
        }}
        key={own.length}
        onFinish={(values) => adding.mutate(values)}
      >
        <Form.Item
          name="site"
          label={t("addSubject/site")}
          rules={[{ required: true, message: t("addSubject/siteMissing") }]}
        >
          <Select options={own.map((site) => ({ value: site.id, label: site.name }))} />
        </Form.Item>
        <Form.Item name="key" label={t("addSubject/key")} extra={t("addSubject/keyHint")}>
          <Input autoComplete="off" maxLength={40} onPressEnter={() => form.submit()} />
        </Form.Item>
        <Form.Item
          name="enrolled_on"
          label={t("addSubject/enrolled")}
          extra={t("addSubject/enrolledHint")}
          rules={[{ pattern: /^\d{4}-\d{2}-\d{2}$/, message: t("addSubject/dateWrong") }]}
        >
          <Input autoComplete="off" inputMode="numeric" onPressEnter={() => form.submit()} />
        </Form.Item>
      </Form>
    </Modal>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Form, Input } from "antd";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { asProblem, signIn, type Problem, type Session } from "@/api";
import { problemText } from "@/frame/problem_panel";

function refusal(t: TFunction, problem: Problem): string {
  if (problem.code === "bad-credentials") return t("session/wrong");
  if (problem.code === "locked-out") {
    return t("session/locked", { minutes: Math.ceil((problem.retryAfterSeconds ?? 60) / 60) });
  }
  return problemText(t, problem);
}

export function SignInForm({
  login = "",
  onDone,
}: {
  login?: string;
  onDone: (session: Session) => void;
}) {
  const { t } = useTranslation();
  const signingIn = useMutation({
    mutationFn: (values: { login: string; password: string }) =>
      signIn(values.login.trim(), values.password),
    onSuccess: onDone,
  });
  return (
    <Form
      layout="vertical"
      requiredMark={false}
      initialValues={{ login }}
      onFinish={(values) => signingIn.mutate(values)}
    >
      {signingIn.error && (
        <Alert
          type="error"
          showIcon
          style={{ marginBottom: 16 }}
          title={refusal(t, asProblem(signingIn.error))}
        />
      )}
      <Form.Item
        name="login"
        label={t("session/login")}
        rules={[{ required: true, message: t("session/loginMissing") }]}
      >
        <Input autoComplete="username" autoFocus={!login} size="large" />
      </Form.Item>
      <Form.Item
        name="password"
        label={t("session/password")}
        rules={[{ required: true, message: t("session/passwordMissing") }]}
      >
        <Input.Password autoComplete="current-password" autoFocus={!!login} size="large" />
      </Form.Item>
      <Button type="primary" htmlType="submit" block size="large" loading={signingIn.isPending}>
        {t("session/submit")}
      </Button>
    </Form>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { asProblem, Intention, pushReports } from "@/api";
import { problemText } from "@/frame/problem_panel";
import { useSay } from "@/frame/say";

/** Starts a push and goes to its job; to the last one, while that is not over. */
export function PushNow({ study }: { study: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const say = useSay();
  const [intention] = useState(() => new Intention());
  const starting = useMutation({
    mutationFn: () => pushReports(study, intention.keyFor(study)),
    onSuccess: async ({ job }) => {
      intention.settle();
      await navigate(`/jobs/${job}`);
    },
    onError: (error) => {
      const problem = asProblem(error);
      intention.settle(problem);
      say.error((words) => `${problemText(words, problem)} ${words("problem/unchanged")}`);
    },
  });
  return (
    <Button type="primary" loading={starting.isPending} onClick={() => starting.mutate()}>
      {t("push/now")}
    </Button>
  );
}

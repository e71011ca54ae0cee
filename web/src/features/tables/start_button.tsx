// SPDX-License-Identifier: Apache-2.0
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem, Intention } from "@/api";
import { startAnalysis } from "@/api/analyses";
import { problemText } from "@/frame/problem_panel";
import { useSay } from "@/frame/say";
import { runKey } from "./run";

/** Starts a run, which the page follows then. */
export function StartButton({ study, isUnderWay }: { study: string; isUnderWay: boolean }) {
  const { t } = useTranslation();
  const say = useSay();
  const client = useQueryClient();
  const [intention] = useState(() => new Intention());
  const starting = useMutation({
    mutationFn: () => startAnalysis(study, intention.keyFor(study)),
    onSuccess: async () => {
      intention.settle();
      await client.invalidateQueries({ queryKey: runKey(study) });
    },
    onError: (error) => {
      const problem = asProblem(error);
      intention.settle(problem);
      say.error((words) => `${problemText(words, problem)} ${words("problem/unchanged")}`);
    },
  });
  return (
    <Button
      type="primary"
      disabled={isUnderWay}
      loading={starting.isPending}
      onClick={() => starting.mutate()}
    >
      {t("tables/start")}
    </Button>
  );
}

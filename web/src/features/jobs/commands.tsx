// SPDX-License-Identifier: Apache-2.0
// What a person can do with a job. What the server says to it is what the page shows then.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Input, Popconfirm } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
  asProblem,
  Intention,
  paceJob,
  steerJob,
  type Job,
  type JobPace,
  type JobReport,
  type Steering,
} from "@/api";
import { problemText } from "@/frame/problem_panel";
import { useSay } from "@/frame/say";

/** Carries a command out, once for each time that the person asks. */
export function useCommand<Content>(
  job: string,
  carryOut: (content: Content, key: string) => Promise<Job>,
) {
  const client = useQueryClient();
  const say = useSay();
  const [intention] = useState(() => new Intention());
  return useMutation({
    mutationFn: (content: Content) => carryOut(content, intention.keyFor(content)),
    onSuccess: async () => {
      intention.settle();
      await client.invalidateQueries({ queryKey: ["job", job] });
    },
    onError: (error) => {
      const problem = asProblem(error);
      intention.settle(problem);
      say.error((t) => `${problemText(t, problem)} ${t("problem/unchanged")}`);
    },
  });
}

const isOver = (job: Job): boolean => job.ended_at !== null;
const mayPause = (job: Job): boolean => job.state === "queued" || job.state === "running";
const mayResume = (job: Job): boolean =>
  ["paused", "pausing", "cancelling", "cancelled"].includes(job.state) && job.items_kept;
const mayCancel = (job: Job): boolean => !isOver(job) && job.state !== "cancelling";

export function Commands({ job }: { job: JobReport }) {
  const { t } = useTranslation();
  const steering = useCommand<Steering>(job.id, (how, key) => steerJob(job.id, how, key));
  return (
    <div className="job-commands" role="group" aria-label={t("jobs/commands")}>
      {mayPause(job) && (
        <Button loading={steering.isPending} onClick={() => steering.mutate("pause")}>
          {t("jobs/pause")}
        </Button>
      )}
      {mayResume(job) && (
        <Button loading={steering.isPending} onClick={() => steering.mutate("resume")}>
          {t("jobs/resume")}
        </Button>
      )}
      {mayCancel(job) && (
        <Popconfirm
          title={t("jobs/cancelTitle")}
          description={t("jobs/cancelLead")}
          okText={t("jobs/cancelYes")}
          cancelText={t("jobs/cancelNo")}
          onConfirm={() => steering.mutate("cancel")}
        >
          <Button danger>{t("jobs/cancel")}</Button>
        </Popconfirm>
      )}
    </div>
  );
}

/** Empty is no bound. */
const boundOf = (text: string): number | null => (text === "" ? null : Number(text));
const isBound = (bound: number | null): boolean =>
  bound === null || (Number.isInteger(bound) && bound >= 1 && bound <= 1_000_000);

/** How fast and how wide the job may go. */
export function PaceForm({ job }: { job: JobReport }) {
  const { t } = useTranslation();
  const [rate, setRate] = useState(job.rate);
  const [most, setMost] = useState(job.most);
  const pacing = useCommand<JobPace>(job.id, (pace, key) => paceJob(job.id, pace, key));
  const isSame = rate === job.rate && most === job.most;
  return (
    <form
      className="job-pace-form"
      onSubmit={(event) => {
        event.preventDefault();
        pacing.mutate({ rate, most });
      }}
    >
      <Bound id="rate" label={t("jobs/rateBound")} value={rate} onChange={setRate} />
      <Bound id="most" label={t("jobs/mostBound")} value={most} onChange={setMost} />
      <Button
        htmlType="submit"
        disabled={isSame || !isBound(rate) || !isBound(most)}
        loading={pacing.isPending}
      >
        {t("jobs/setPace")}
      </Button>
    </form>
  );
}

interface BoundProps {
  id: string;
  label: string;
  value: number | null;
  onChange: (value: number | null) => void;
}

function Bound({ id, label, value, onChange }: BoundProps) {
  const { t } = useTranslation();
  return (
    <label>
      {label}
      <Input
        id={id}
        type="number"
        min={1}
        max={1_000_000}
        placeholder={t("jobs/noBound")}
        value={value ?? ""}
        status={isBound(value) ? "" : "error"}
        onChange={(event) => onChange(boundOf(event.target.value))}
      />
    </label>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Checkbox, Form, Input, Modal, Radio, Select } from "antd";
import type { TFunction } from "i18next";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem, Intention, type Problem, type Site } from "@/api";
import { addSchedule, type NewJobSchedule, type ScheduledKind } from "@/api/schedules";
import { problemText } from "@/frame/problem_panel";
import { useStudy } from "@/study/use_study";
import { dayTime, weekdayName, weekdays } from "./times";

interface Values {
  name: string;
  time: string;
  time_zone: string;
  weekdays: number[];
  missed: "one" | "all" | "skip";
}

interface ScheduleDialogProps {
  study: string;
  kind: ScheduledKind;
  onClose: () => void;
}

const bodyOf = ({ time, ...rest }: Values): NewJobSchedule => ({
  ...rest,
  ...(dayTime(time) ?? { hour: 0, minute: 0 }),
});

/** Where the study's sites are first, then where the person is, and UTC. */
function zonesOf(sites: Site[]): string[] {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return [...new Set([...sites.map((site) => site.time_zone), own, "UTC"])];
}

/** Adds a time at which a job starts by itself. */
export function ScheduleDialog({ study, kind, onClose }: ScheduleDialogProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const form = useId();
  const [intention] = useState(() => new Intention());
  const zones = zonesOf(useStudy(study).data?.sites ?? []);
  const adding = useMutation({
    mutationFn: (body: NewJobSchedule) => addSchedule(kind, study, body, intention.keyFor(body)),
    onSuccess: async () => {
      intention.settle();
      await client.invalidateQueries({ queryKey: ["schedules", study, kind] });
      onClose();
    },
    onError: (error) => intention.settle(asProblem(error)),
  });
  return (
    <Modal
      open
      title={t("schedules/add")}
      okText={t("schedules/save")}
      // It belongs to the form, so Enter in a field does the same.
      okButtonProps={{ htmlType: "submit", form }}
      cancelText={t("app/cancel")}
      confirmLoading={adding.isPending}
      onCancel={onClose}
    >
      <p className="soft">{t("schedules/addHint")}</p>
      {adding.error && <Refusal problem={asProblem(adding.error)} />}
      <Form<Values>
        id={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{
          name: t("schedules/nightly"),
          time: "02:30",
          time_zone: zones[0],
          weekdays: [...weekdays],
          missed: "one",
        }}
        onFinish={(values) => adding.mutate(bodyOf(values))}
      >
        <Fields zones={zones} />
      </Form>
    </Modal>
  );
}

function Fields({ zones }: { zones: string[] }) {
  const { t, i18n } = useTranslation();
  const required = [{ required: true, message: t("schedules/needed") }];
  return (
    <>
      <Form.Item name="name" label={t("schedules/name")} rules={required}>
        <Input autoComplete="off" />
      </Form.Item>
      <div className="schedule-clock">
        <Form.Item name="time" label={t("schedules/time")} rules={required}>
          <Input type="time" />
        </Form.Item>
        <Form.Item name="time_zone" label={t("schedules/zone")}>
          <Select options={zones.map((zone) => ({ value: zone, label: zone }))} />
        </Form.Item>
      </div>
      <Form.Item
        name="weekdays"
        label={t("schedules/days")}
        // Not as required: a group of boxes may not say so of itself (WAI-ARIA 1.2, group).
        rules={[{ type: "array", min: 1, message: t("schedules/needed") }]}
      >
        <Checkbox.Group
          options={weekdays.map((day) => ({ value: day, label: weekdayName(day, i18n.language) }))}
        />
      </Form.Item>
      <Form.Item name="missed" label={t("schedules/missed")}>
        <Radio.Group
          className="schedule-missed"
          options={(["one", "all", "skip"] as const).map((missed) => ({
            value: missed,
            label: t(`schedules/makeUp/${missed}`),
          }))}
        />
      </Form.Item>
    </>
  );
}

const why = (t: TFunction, problem: Problem): string =>
  problem.code === "unknown-zone" ? t("schedules/unknownZone") : problemText(t, problem);

function Refusal({ problem }: { problem: Problem }) {
  const { t } = useTranslation();
  return (
    <Alert
      className="schedule-refusal"
      type="error"
      showIcon
      title={`${why(t, problem)} ${t("problem/unchanged")}`}
    />
  );
}

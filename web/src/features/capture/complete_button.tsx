// SPDX-License-Identifier: Apache-2.0
import { CheckOutlined } from "@ant-design/icons";
import { Button, Checkbox, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem, completeForm, Intention, readForm } from "@/api";
import { problemText } from "@/frame/problem_panel";
import { useSay } from "@/frame/say";
import type { StudyModel } from "@/study/model";
import { useStudyText } from "@/study/use_study";
import type { FormDraft } from "./draft";
import type { Snapshot } from "./draft_types";
import { missingFields, type Field, type GroupView, type ShownFinding } from "./fields";
import { findingText } from "./finding_text";
import { allFields, obstaclesOf, type Obstacle } from "./problems";
import { shownValue } from "./shown_value";

interface CompleteButtonProps {
  draft: FormDraft;
  snapshot: Snapshot;
  groups: GroupView[];
  findings: ReadonlyMap<string, ShownFinding[]>;
  model: StudyModel;
  onObstacles: (obstacles: Obstacle[]) => void;
  onDone: () => void;
}

interface SoftLine {
  field: Field;
  finding: ShownFinding;
}

/** Saves, checks, asks about unusual values, completes. */
export function CompleteButton(props: CompleteButtonProps) {
  const { draft, snapshot, groups, findings, model } = props;
  const fields = allFields(groups);
  const { t, i18n } = useTranslation();
  const text = useStudyText();
  const say = useSay();
  const [busy, setBusy] = useState(false);
  const [soft, setSoft] = useState<SoftLine[]>([]);
  const [checked, setChecked] = useState(false);
  const [completing] = useState(() => new Intention());

  const localObstacles = (): Obstacle[] => {
    const missing = new Set(missingFields(groups, draft).map((field) => field.key));
    return fields.flatMap((field): Obstacle[] => {
      const hard = (findings.get(field.key) ?? []).find((entry) => entry.severity === "hard");
      if (hard) return [{ field, what: { finding: hard } }];
      return missing.has(field.key) ? [{ field, what: "mandatory" }] : [];
    });
  };

  const finish = async (acknowledged: string[]): Promise<void> => {
    setBusy(true);
    try {
      const { id, version } = await draft.begun();
      const key = completing.keyFor([id, version, acknowledged]);
      draft.take(await completeForm(id, version, acknowledged, key));
      completing.settle();
      setSoft([]);
      say.success((t) => t("form/completed"));
      props.onDone();
    } catch (error) {
      const problem = asProblem(error);
      completing.settle(problem);
      setSoft([]);
      if (problem.status === 412) {
        await readForm(draft.getSnapshot().document.id).then(
          (fresh) => draft.take(fresh),
          () => undefined,
        );
        say.warning((t) => t("form/changedMeanwhile"));
      } else if (problem.errors.length > 0) {
        props.onObstacles(obstaclesOf(problem, fields));
      } else {
        say.error((t) => t("form/completeFailed", { why: problemText(t, problem) }));
      }
    } finally {
      setBusy(false);
    }
  };

  const begin = async (): Promise<void> => {
    const obstacles = localObstacles();
    if (obstacles.length > 0) {
      props.onObstacles(obstacles);
      return;
    }
    setBusy(true);
    await draft.flush();
    setBusy(false);
    if (draft.getSnapshot().edits.size > 0) return;
    const unusual = fields.flatMap((field) =>
      (findings.get(field.key) ?? [])
        .filter((finding) => !finding.acknowledged)
        .map((finding) => ({ field, finding })),
    );
    if (unusual.length > 0) {
      setChecked(false);
      setSoft(unusual);
    } else {
      await finish([]);
    }
  };

  if (snapshot.document.state === "complete" && snapshot.edits.size === 0) {
    const archive = snapshot.document.archive;
    return (
      <span className="form-done">
        <CheckOutlined />{" "}
        {archive ? t("form/archived", { version: archive.version }) : t("form/state/complete")}
      </span>
    );
  }
  return (
    <>
      <Button
        id="complete-form"
        type="primary"
        size="large"
        loading={busy}
        onClick={() => void begin()}
      >
        {t("form/complete")}
      </Button>
      <Modal
        open={soft.length > 0}
        title={t("form/completeTitle")}
        okText={t("form/completeAnyway")}
        cancelText={t("app/cancel")}
        okButtonProps={{ disabled: !checked, loading: busy }}
        onOk={() => void finish(soft.map((line) => `${line.field.key}/${line.finding.check}`))}
        onCancel={() => setSoft([])}
        afterOpenChange={(isOpen) => isOpen && document.getElementById("soft-confirm")?.focus()}
      >
        <p>{t("form/softLead")}</p>
        <ul>
          {soft.map(({ field, finding }) => {
            const { raw, unit, missing } = draft.valueOf(field.address);
            const item = field.placed.def;
            return (
              <li key={`${field.key} ${finding.key}`}>
                {t("app/label", { name: text(item.question, item.name) })}{" "}
                <strong>{shownValue(i18n, model, text, item.oid, raw, unit, missing)}</strong>{" "}
                <span className="soft">{findingText(t, text, finding)}</span>
              </li>
            );
          })}
        </ul>
        <Checkbox
          id="soft-confirm"
          checked={checked}
          onChange={(event) => setChecked(event.target.checked)}
        >
          {t("form/softConfirm")}
        </Checkbox>
      </Modal>
    </>
  );
}

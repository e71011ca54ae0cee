// SPDX-License-Identifier: Apache-2.0
import { Modal, Radio } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Conflict } from "@/api";
import { inZone } from "@/frame/time";
import { itemKey, type StudyModel } from "@/study/model";
import { useStudyText } from "@/study/use_study";
import type { Snapshot } from "./draft_types";
import { shownValue } from "./shown_value";

interface MergeViewProps {
  conflicts: Conflict[];
  snapshot: Snapshot;
  model: StudyModel;
  zone: string | undefined;
  nameOf: (user: string | undefined) => string;
  open: boolean;
  onLater: () => void;
  onChoose: (choices: Map<string, "mine" | "theirs">) => void;
}

const keyOf = (conflict: Conflict): string => itemKey({ ...conflict, item: conflict.item ?? "" });

/** Both values side by side; nothing is chosen for the person. */
export function MergeView(props: MergeViewProps) {
  const { conflicts, snapshot, model, zone } = props;
  const { t, i18n } = useTranslation();
  const text = useStudyText();
  const [choices, setChoices] = useState(new Map<string, "mine" | "theirs">());
  const isDone = conflicts.every((conflict) => choices.has(keyOf(conflict)));
  return (
    <Modal
      open={props.open}
      width={760}
      title={t("merge/title")}
      okText={t("merge/save")}
      cancelText={t("merge/later")}
      okButtonProps={{ disabled: !isDone }}
      onOk={() => props.onChoose(choices)}
      onCancel={props.onLater}
      afterOpenChange={(isOpen) =>
        isOpen && document.querySelector<HTMLElement>(".merge input")?.focus()
      }
    >
      <p className="soft">{t("merge/lead")}</p>
      {conflicts.map((conflict) => {
        const key = keyOf(conflict);
        const edit = snapshot.edits.get(key);
        const def = model.item(conflict.item ?? "");
        const show = (raw?: string, unit?: string | null, missing?: string | null): string =>
          shownValue(i18n, model, text, conflict.item, raw, unit, missing) || t("merge/empty");
        const name = text(def?.question, def?.name ?? conflict.item ?? "");
        const { theirs } = conflict;
        const time = theirs.at ? inZone(theirs.at, zone).format("HH:mm:ss") : "";
        const who = props.nameOf(theirs.by);
        return (
          <fieldset key={key} className="merge">
            <legend>{name}</legend>
            <Radio.Group
              name={`merge-${key}`}
              aria-label={name}
              value={choices.get(key)}
              onChange={(event) => setChoices(new Map(choices).set(key, event.target.value))}
            >
              <Radio value="mine" disabled={theirs.removed === true}>
                <span className="merge-head">{t("merge/yours")}</span>
                <strong>{show(edit?.raw, edit?.unit, edit?.missing)}</strong>
                <span className="merge-take">{t("merge/keepYours")}</span>
              </Radio>
              <Radio value="theirs">
                <span className="merge-head">
                  {theirs.removed
                    ? t("merge/removed", { who, time })
                    : t("merge/theirs", { who, time })}
                </span>
                <strong>
                  {theirs.removed ? theirs.reason : show(theirs.raw, theirs.unit, theirs.missing)}
                </strong>
                <span className="merge-take">{t("merge/keepTheirs")}</span>
              </Radio>
            </Radio.Group>
            <p className="soft">
              {t("app/label", { name: t("merge/before") })} {show(edit?.before, edit?.unit)}
            </p>
          </fieldset>
        );
      })}
      {!isDone && <p className="soft">{t("merge/choose")}</p>}
    </Modal>
  );
}

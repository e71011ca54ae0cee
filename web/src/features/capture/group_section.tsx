// SPDX-License-Identifier: Apache-2.0
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { StudyModel } from "@/study/model";
import { useStudyText } from "@/study/use_study";
import type { FormDraft } from "./draft";
import type { Snapshot, Value } from "./draft_types";
import type { Field, GroupRow, GroupView, ShownFinding } from "./fields";
import { ItemField } from "./item_field";
import type { Obstacle } from "./problems";

interface GroupSectionProps {
  view: GroupView;
  model: StudyModel;
  draft: FormDraft;
  snapshot: Snapshot;
  findings: ReadonlyMap<string, ShownFinding[]>;
  obstacles: Obstacle[];
  disabled: boolean;
  zone: string | undefined;
  nameOf: (user: string | undefined) => string;
  onFocus: (key: string) => void;
  onEdit: (field: Field, part: Partial<Value>) => void;
  onAdd: () => void;
  onRemove: (row: GroupRow) => void;
}

export function GroupSection(props: GroupSectionProps) {
  const { view, snapshot } = props;
  const { t } = useTranslation();
  const text = useStudyText();
  const def = view.group.def;
  const title = text(def.title, def.name);
  return (
    <section className="group panel-card">
      <h2>{title}</h2>
      {view.rows.length === 0 && <p className="soft group-empty">{t("form/emptyGroup")}</p>}
      {view.rows.map((row) => (
        <div
          key={row.repeat}
          className={def.repeating ? "group-row" : ""}
          role={def.repeating ? "group" : undefined}
          aria-label={
            def.repeating ? t("form/row", { group: title, repeat: row.repeat }) : undefined
          }
        >
          {def.repeating && (
            <div className="group-row-head">
              <strong>{t("form/row", { group: title, repeat: row.repeat })}</strong>
              {!props.disabled && (
                <Button
                  type="text"
                  size="small"
                  icon={<DeleteOutlined />}
                  aria-label={t("form/removeRow", { group: title, repeat: row.repeat })}
                  onClick={() => props.onRemove(row)}
                >
                  {t("form/remove")}
                </Button>
              )}
            </div>
          )}
          {row.fields.map((field) => (
            <div key={field.key} onFocus={() => props.onFocus(field.key)}>
              <ItemField
                field={field}
                model={props.model}
                value={props.draft.valueOf(field.address)}
                saved={props.draft.saved(field.address)}
                isEdited={snapshot.edits.has(field.key)}
                isMarked={props.obstacles.some((entry) => entry.field?.key === field.key)}
                byOther={
                  snapshot.changedByOthers.has(field.key)
                    ? props.nameOf(props.draft.saved(field.address)?.by)
                    : undefined
                }
                findings={props.findings.get(field.key) ?? []}
                disabled={props.disabled}
                zone={props.zone}
                onEdit={props.onEdit}
              />
            </div>
          ))}
        </div>
      ))}
      {def.repeating && !props.disabled && (
        <Button type="dashed" icon={<PlusOutlined />} data-add={def.oid} onClick={props.onAdd}>
          {t("form/addRow", { group: title })}
        </Button>
      )}
    </section>
  );
}

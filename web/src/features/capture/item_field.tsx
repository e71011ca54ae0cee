// SPDX-License-Identifier: Apache-2.0
import { Button, Dropdown, Tag } from "antd";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { ItemValue } from "@/api";
import { inZone } from "@/frame/time";
import { word } from "@/i18n/word";
import type { StudyModel } from "@/study/model";
import { useStudyText } from "@/study/use_study";
import type { Value } from "./draft_types";
import type { Field, ShownFinding } from "./fields";
import { findingText } from "./finding_text";
import { ItemMark, type ItemMarkState } from "./item_mark";
import { missingReasons } from "./missing";
import { UnitChoice } from "./unit_choice";
import { ValueInput } from "./value_input";

interface ItemFieldProps {
  field: Field;
  model: StudyModel;
  value: Value;
  saved: ItemValue | undefined;
  isEdited: boolean;
  isMarked: boolean;
  /** The name of another person who changed the item while the form is open here. */
  byOther: string | undefined;
  findings: ShownFinding[];
  disabled: boolean;
  zone: string | undefined;
  onEdit: (field: Field, part: Partial<Value>) => void;
}

export const fieldId = (field: Field): string => `item-${field.key.replaceAll(/[^\w-]/g, "_")}`;

function markOf({ isEdited, value, findings }: ItemFieldProps): ItemMarkState {
  if (findings.some((finding) => finding.severity === "hard")) return "hard";
  if (findings.some((finding) => !finding.acknowledged)) return "soft";
  if (isEdited) return "edited";
  return value.raw === "" && !value.missing ? "empty" : "saved";
}

export const ItemField = memo(function ItemField(props: ItemFieldProps) {
  const { field, model, value, findings, disabled } = props;
  const { t, i18n } = useTranslation();
  const text = useStudyText();
  const item = field.placed.def;
  const id = fieldId(field);
  const label = text(item.question, item.name);
  const units = (item.unit_oids ?? []).flatMap((oid) => model.unit(oid) ?? []);
  // Of several units none is taken for granted: a weight in the wrong one looks like a weight.
  const unit = value.unit ?? (units.length === 1 ? (units[0]?.oid ?? null) : null);
  const isMissing = !!value.missing;
  const change = (raw: string): void =>
    props.onEdit(field, {
      raw,
      missing: null,
      unit: raw === "" && units.length === 1 ? null : unit,
    });
  return (
    <div
      className={`item ${props.isMarked ? "marked" : ""}`}
      data-field={field.key}
      data-item={item.oid}
    >
      <div className="item-label">
        <label id={`${id}-label`} htmlFor={id}>
          {label}
        </label>
        {field.placed.mandatory && <span className="item-required">{t("form/mandatory")}</span>}
      </div>
      <div className="item-value">
        {isMissing ? (
          <Tag
            closable={!disabled}
            onClose={(event) => {
              event.preventDefault();
              props.onEdit(field, { missing: null });
            }}
          >
            {word(i18n, "missing", value.missing ?? "")}
          </Tag>
        ) : (
          <>
            <ValueInput
              id={id}
              item={item}
              label={label}
              codeList={model.codeList(item.code_list)}
              raw={value.raw}
              disabled={disabled}
              describedBy={`${id}-notes`}
              isWrong={findings.length > 0}
              onChange={change}
            />
            <UnitChoice
              id={id}
              label={label}
              units={units}
              unit={unit}
              isAsked={value.raw !== ""}
              disabled={disabled}
              onChange={(chosen) => props.onEdit(field, { unit: chosen })}
            />
          </>
        )}
        {value.raw === "" && !isMissing && !disabled && (
          <Dropdown
            trigger={["click"]}
            menu={{
              items: missingReasons.map((reason) => ({
                key: reason,
                label: word(i18n, "missing", reason),
              })),
              onClick: ({ key }) => props.onEdit(field, { raw: "", missing: key }),
            }}
          >
            <Button
              type="text"
              size="small"
              className="item-missing"
              aria-label={`${t("form/missingShort")}: ${label}`}
              title={t("form/missing")}
            >
              {t("form/missingShort")}
            </Button>
          </Dropdown>
        )}
        <ItemMark state={markOf(props)} />
      </div>
      <div id={`${id}-notes`} className="item-notes">
        {findings.map((finding) => (
          <p key={finding.key} className={`finding-${finding.severity}`}>
            {findingText(t, text, finding)}
            {finding.acknowledged && ` ${t("form/confirmed")}`}
          </p>
        ))}
        {props.byOther && props.saved && (
          <p className="item-other">
            {t("form/othersChanged", {
              who: props.byOther,
              time: inZone(props.saved.at, props.zone).format("HH:mm:ss"),
            })}
          </p>
        )}
      </div>
    </div>
  );
});

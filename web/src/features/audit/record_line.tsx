// SPDX-License-Identifier: Apache-2.0
import { LockOutlined } from "@ant-design/icons";
import type { i18n } from "i18next";
import { useTranslation } from "react-i18next";
import type { AuditRecord } from "@/api";
import { word } from "@/i18n/word";
import type { StudyModel } from "@/study/model";
import { useStudyText } from "@/study/use_study";
import { shownValue } from "../capture/shown_value";

/** Whether a record has its number in the study's chain. */
export function Seal({ record }: { record: AuditRecord }) {
  const { t } = useTranslation();
  return record.sealed ? (
    <span className="seal" title={t("life/sealHint", { hash: record.sealed.hash })}>
      <LockOutlined /> {t("life/sealed", { number: record.sealed.number })}
    </span>
  ) : (
    <span className="soft">{t("life/unsealed")}</span>
  );
}

/** A value that had none before is entered, not changed. */
export function actionWord(texts: i18n, { action, old }: AuditRecord): string {
  const isFirst = action === "form.item.changed" && (old === null || old === undefined);
  return word(texts, "action", isFirst ? "form.item.entered" : action);
}

/** The item and what became of its value, in the words of the form. */
export function Change({ record, model }: { record: AuditRecord; model: StudyModel | undefined }) {
  const { t, i18n } = useTranslation();
  const text = useStudyText();
  if (!record.item) return null;
  const def = model?.item(record.item);
  const name = text(def?.question, def?.name ?? record.item);
  const isRepeating = record.group ? model?.group(record.group)?.repeating : false;
  const show = (raw?: string | null, unit?: string | null): string =>
    shownValue(i18n, model, text, record.item, raw, unit) || t("merge/empty");
  return (
    <span className="change">
      {t("app/label", {
        name: isRepeating && record.repeat ? `${name} (${record.repeat})` : name,
      })}{" "}
      {record.old !== null && record.old !== undefined && record.old !== "" && (
        <>
          <del>
            <span className="only-read">{t("life/from")} </span>
            {show(record.old, record.old_unit)}
          </del>{" "}
          <span aria-hidden="true">→</span> <span className="only-read">{t("life/to")} </span>
        </>
      )}
      <ins>{show(record.new, record.new_unit)}</ins>
    </span>
  );
}

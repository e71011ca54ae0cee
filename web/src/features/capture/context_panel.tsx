// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { readHistory, type AuditRecord } from "@/api";
import { Loading } from "@/frame/page";
import { Time } from "@/frame/time";
import { word } from "@/i18n/word";
import type { StudyModel } from "@/study/model";
import { useStudyText } from "@/study/use_study";
import type { Field } from "./fields";
import { lowerBoundFirst, ruleText } from "./finding_text";
import { newestFirst } from "../audit/newest_first";
import { shownValue } from "./shown_value";

interface ContextPanelProps {
  form: string;
  version: number;
  field: Field | undefined;
  model: StudyModel;
  zone: string | undefined;
}

/** Right of the form: what the item in focus means, and every value it has had. */
export function ContextPanel({ form, version, field, model, zone }: ContextPanelProps) {
  const { t } = useTranslation();
  const text = useStudyText();
  if (!field) return <p className="soft">{t("form/contextEmpty")}</p>;
  const item = field.placed.def;
  const help = text(item.help);
  return (
    <>
      <h3>{text(item.question, item.name)}</h3>
      {help && (
        <>
          <h4>{t("form/help")}</h4>
          <p>{help}</p>
        </>
      )}
      {(["hard", "soft"] as const).map((severity) => {
        const rules = item.checks
          .filter((check) => check.severity === severity)
          .sort(lowerBoundFirst)
          .map((check) => ruleText(t, text, check, model, item.code_list))
          .filter((rule) => rule !== "");
        return (
          rules.length > 0 && (
            <Fragment key={severity}>
              <h4>{t(`form/expected/${severity}`)}</h4>
              <p>{rules.join(t("form/expected/separator"))}</p>
            </Fragment>
          )
        );
      })}
      <h4 id="item-history" tabIndex={-1}>
        {t("form/historyOpen")}
      </h4>
      <ItemHistory form={form} version={version} field={field} model={model} zone={zone} />
    </>
  );
}

function ItemHistory({ form, version, field, model, zone }: ContextPanelProps & { field: Field }) {
  const { t } = useTranslation();
  const item = field.address.item;
  const history = useQuery({
    queryKey: ["history", form, version, item],
    queryFn: ({ signal }) => readHistory(form, item, { signal }),
    enabled: form !== "",
  });
  if (form === "") return <p className="soft">{t("form/historyNone")}</p>;
  if (history.error) {
    return (
      <p className="soft">
        {t("problem/read")}{" "}
        <button type="button" className="number-link" onClick={() => void history.refetch()}>
          {t("app/retry")}
        </button>
      </p>
    );
  }
  if (!history.data) return <Loading rows={2} />;
  const records = newestFirst(history.data.records).filter(
    (record) =>
      record.item === item &&
      (record.group ?? field.address.group) === field.address.group &&
      (record.repeat ?? field.address.repeat) === field.address.repeat,
  );
  if (records.length === 0) return <p className="soft">{t("form/historyNone")}</p>;
  return (
    <ol className="context-history">
      {records.map((record, index) => (
        <HistoryEntry key={`${record.at}-${index}`} record={record} model={model} zone={zone} />
      ))}
    </ol>
  );
}

interface HistoryEntryProps {
  record: AuditRecord;
  model: StudyModel;
  zone: string | undefined;
}

function HistoryEntry({ record, model, zone }: HistoryEntryProps) {
  const { t, i18n } = useTranslation();
  const text = useStudyText();
  const value = shownValue(i18n, model, text, record.item, record.new, record.new_unit);
  return (
    <li>
      <strong>{value || t("merge/empty")}</strong>
      <div className="soft">
        {record.who} · {word(i18n, "role", record.role)}
      </div>
      <div className="soft">
        <Time at={record.at} zone={zone} />
      </div>
      {record.reason && <div>{t("life/reason", { reason: record.reason })}</div>}
    </li>
  );
}

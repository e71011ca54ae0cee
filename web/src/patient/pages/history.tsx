// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState, type ReactNode } from "react";
import type { PatientHistory } from "@/api/schema";
import * as api from "../phone/api";
import type { Phone } from "../phone/use_phone";
import { dayInWords, usePatientTexts } from "../use_patient_texts";
import { Page } from "./page";
import { trendsOf } from "./trend";
import { TrendPicture } from "./trend_picture";

const historyName = "history";

interface HistoryProps {
  phone: Phone;
  status: ReactNode;
  onBack: () => void;
}

/** What was answered, the newest first, and how scores went where the study shows them. */
export function History({ phone: { vault, isOnline }, status, onBack }: HistoryProps) {
  const { t, i18n } = usePatientTexts();
  const [history, setHistory] = useState<PatientHistory | "unknown" | null>(null);
  useEffect(() => {
    void (async () => {
      try {
        const said = await api.readHistory();
        await vault.write({ [historyName]: said });
        setHistory(said);
      } catch {
        setHistory((await vault.read<PatientHistory>(historyName)) ?? "unknown");
      }
    })();
  }, [vault, isOnline]);
  const answered = history === null || history === "unknown" ? [] : history.answered;
  const text = (): string | null => {
    if (history === null) return t("loading");
    if (history === "unknown") return t("history/offline");
    return answered.length === 0 ? t("history/nothing") : null;
  };

  return (
    <Page title={t("history/title")} status={status}>
      {text() && <p role="status">{text()}</p>}
      {trendsOf(answered).map((trend) => (
        <TrendPicture key={trend.name} trend={trend} />
      ))}
      <ul className="cards">
        {answered.toReversed().map(({ task, title, scores }) => (
          <li key={task.response} className="card">
            <h2>{task.name}</h2>
            <p className="soft">
              {title} · {dayInWords(task.answered_at ?? task.day, i18n.language)}
            </p>
            {scores.map(
              ({ name, value }) =>
                value !== null && <p key={name}>{t("history/score", { name, value })}</p>,
            )}
          </li>
        ))}
      </ul>
      <button type="button" onClick={onBack}>
        {t("home")}
      </button>
    </Page>
  );
}

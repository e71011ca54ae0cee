// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { Stage, StageName } from "@/api";
import { Time } from "@/frame/time";

const order: StageName[] = ["received", "validated", "stored", "archived"];

/** The four stages of a record with their times: what is done, and what is still to come. */
export function Pipeline({ stages, zone }: { stages: Stage[]; zone: string | undefined }) {
  const { t } = useTranslation();
  return (
    <ol className="pipeline">
      {order.map((name) => {
        const stage = stages.findLast((entry) => entry.stage === name);
        return (
          <li key={name} className={stage ? "past" : "ahead"}>
            <svg viewBox="0 0 20 20" aria-hidden="true">
              {stage ? (
                <>
                  <circle cx="10" cy="10" r="9" fill="currentColor" />
                  <path d="m6 10.4 2.7 2.7 5.3-6" fill="none" stroke="#fff" strokeWidth="2" />
                </>
              ) : (
                <circle
                  cx="10"
                  cy="10"
                  r="8"
                  fill="none"
                  stroke="currentColor"
                  strokeWidth="2"
                  strokeDasharray="3 3"
                />
              )}
            </svg>
            <strong>{t(`stage/${name}`)}</strong>
            {stage ? (
              <>
                <Time at={stage.at} zone={zone} />
                <span className="soft">{t("stage/took", { ms: formatMs(stage.ms) })}</span>
              </>
            ) : (
              <span className="soft">
                {t("stage/pending")}
                {name === "archived" ? ` · ${t("stage/archivedHint")}` : ""}
              </span>
            )}
          </li>
        );
      })}
    </ol>
  );
}

const formatMs = (ms: number): string =>
  ms < 0.1 ? "< 0.1" : ms < 10 ? ms.toFixed(1) : String(Math.round(ms));

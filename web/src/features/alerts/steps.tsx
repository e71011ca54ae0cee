// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { PatientAlert } from "@/api";
import { Time } from "@/frame/time";

/** Who has been told of an alert and when, and who is told next. */
export function Steps({ alert, zone }: { alert: PatientAlert; zone?: string | null }) {
  const { t } = useTranslation();
  return (
    <ul className="alert-steps soft" aria-label={t("alerts/told")}>
      {alert.steps.map((step) => (
        <li key={step.to} data-step={step.to}>
          <Time at={step.done_at} zone={zone} format="clock" /> {t(`alerts/toldTo/${step.to}`)}
          {step.to !== "nobody" &&
            t("alerts/colon") + (step.people.join(t("alerts/comma")) || t("alerts/nobodyThere"))}
        </li>
      ))}
      {alert.next && (
        <li data-step="next">
          {t("alerts/next", { to: t(`alerts/toldTo/${alert.next.to}`) })}{" "}
          <Time at={alert.next.due_at} zone={zone} format="clock" />
        </li>
      )}
    </ul>
  );
}

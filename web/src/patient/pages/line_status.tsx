// SPDX-License-Identifier: Apache-2.0
import type { Phone } from "../phone/use_phone";
import { usePatientTexts } from "../use_patient_texts";

/** Whether there is a line and what is unsent, in words and always there. */
export function LineStatus({ phone, onPin }: { phone: Phone; onPin: () => void }) {
  const { t } = usePatientTexts();
  const { isOnline, sender, entries } = phone;
  const count = entries.filter(({ refused }) => !refused).length;
  const needsPin = sender.needsPin && count > 0;
  const text = (): string => {
    if (!isOnline) return t("line/offline");
    if (needsPin) return t("line/pin");
    if (count === 0) return t("line/idle");
    return sender.isSending ? t("line/sending") : t("line/waiting", { count });
  };
  return (
    <div className="line" data-unsent={count}>
      <p role="status">{text()}</p>
      {needsPin && isOnline && (
        <button type="button" className="plain" onClick={onPin}>
          {t("line/enterPin")}
        </button>
      )}
    </div>
  );
}

// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from "react";
import { placeOf, toldName, type TaskPlace } from "../phone/outbox";
import type { Phone } from "../phone/use_phone";
import type { Tasks } from "../phone/use_tasks";
import { inWords, usePatientTexts } from "../use_patient_texts";
import { Page } from "./page";
import { RefusedText } from "./refused_text";

interface SentProps {
  phone: Phone;
  tasks: Tasks | null;
  status: ReactNode;
  place: TaskPlace;
  title: string;
  onDone: () => void;
}

/** After sending: what happens now, when the next one is due, whom to call. */
export function Sent({ phone, tasks, status, place, title, onDone }: SentProps) {
  const { t, i18n } = usePatientTexts();
  const isIt = (one: TaskPlace): boolean => placeOf(one) === placeOf(place);
  const told = phone.told.find(isIt);
  const refused = phone.entries.find(isIt)?.refused;
  const next = tasks?.next;

  const done = async (): Promise<void> => {
    if (told) await phone.vault.write({ [toldName(told)]: undefined });
    await phone.look();
    onDone();
  };
  const where = (): string => {
    if (told) return t("sent/taken", { name: title });
    const isGoing = phone.isOnline && phone.sender.isSending;
    return t(isGoing ? "sent/sending" : "sent/waits", { name: title });
  };
  return (
    <Page title={refused ? title : t("sent/title")} id="sent" status={status}>
      <div role="status" data-sent={told ? "taken" : refused ? "refused" : "waits"}>
        {refused ? <RefusedText refusal={refused} /> : <p>{where()}</p>}
        {told?.submitted.state === "late" && <p>{t("sent/late")}</p>}
      </div>
      {next && (
        <p>
          {t("today/next")}: <strong>{next.task.name}</strong>
          <br />
          {t("today/nextAt", { when: inWords(next.task.opens_at, i18n.language) })}
        </p>
      )}
      <p className="soft">{t("today/call")}</p>
      <button type="button" className="main" onClick={() => void done()}>
        {t("sent/done")}
      </button>
    </Page>
  );
}

// SPDX-License-Identifier: Apache-2.0
import type { GivenTask } from "@/api/schema";
import { placeOf, takeBack, toldName, type Entry, type Told } from "../phone/outbox";
import type { Phone } from "../phone/use_phone";
import { usePatientTexts } from "../use_patient_texts";
import { RefusedText } from "./refused_text";

interface UnsentProps {
  phone: Phone;
  onOpen: (given: GivenTask) => void;
}

/** What waits, what was refused and what has just been taken, until it has been read. */
export function Unsent({ phone, onOpen }: UnsentProps) {
  const { t } = usePatientTexts();
  const { vault, entries, told, look } = phone;
  if (entries.length === 0 && told.length === 0) return null;

  const open = async (entry: Entry): Promise<void> => {
    await takeBack(vault, entry);
    onOpen(entry.given);
  };
  const forget = async (one: Told): Promise<void> => {
    await vault.write({ [toldName(one)]: undefined });
    await look();
  };
  return (
    <section aria-labelledby="unsent">
      <h2 id="unsent">{t("today/unsent")}</h2>
      <ul className="cards">
        {entries.map((entry) => (
          <li key={placeOf(entry)} className="card" data-refused={entry.refused?.code}>
            <h3>{entry.given.task.name}</h3>
            {entry.refused ? <RefusedText refusal={entry.refused} /> : <p>{t("today/waits")}</p>}
            {entry.refused && (
              <button type="button" onClick={() => void open(entry)}>
                {t("refused/look")}
              </button>
            )}
          </li>
        ))}
        {told.map((one) => (
          <li key={placeOf(one)} className="card">
            <p>{t("sent/taken", { name: one.name })}</p>
            <button type="button" onClick={() => void forget(one)}>
              {t("sent/done")}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

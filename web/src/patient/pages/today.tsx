// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState, type ReactNode } from "react";
import type { GivenTask } from "@/api/schema";
import { draftName, placeOf } from "../phone/outbox";
import type { Phone } from "../phone/use_phone";
import type { Tasks } from "../phone/use_tasks";
import { inWords, usePatientTexts } from "../use_patient_texts";
import { Page } from "./page";
import { Unsent } from "./unsent";

interface TodayProps {
  phone: Phone;
  tasks: Tasks | null;
  status: ReactNode;
  onStart: (given: GivenTask) => void;
  onHistory: () => void;
  onOut: () => void;
}

export function Today({ phone, tasks, status, onStart, onHistory, onOut }: TodayProps) {
  const { t, i18n } = usePatientTexts();
  const words = (moment: string): string => inWords(moment, i18n.language);
  return (
    <Page title={t("today/title")} status={status}>
      {!tasks && <p role="status">{t("loading")}</p>}
      {tasks?.isOld && <p className="soft">{t("today/old", { when: words(tasks.known) })}</p>}
      {tasks && tasks.today.length === 0 && (
        <p>{t(tasks.paused ? "today/paused" : "today/nothing")}</p>
      )}
      <ul className="cards">
        {tasks?.today.map((given) => (
          <TaskCard
            key={placeOf(given.task)}
            phone={phone}
            given={given}
            onStart={() => onStart(given)}
          />
        ))}
      </ul>
      <Unsent phone={phone} onOpen={onStart} />
      {tasks && (
        <section aria-labelledby="next">
          <h2 id="next">{t("today/next")}</h2>
          {tasks.next ? (
            <p>
              <strong>{tasks.next.task.name}</strong>
              <br />
              {t("today/nextAt", { when: words(tasks.next.task.opens_at) })}
            </p>
          ) : (
            <p>{t("today/nothingNext")}</p>
          )}
        </section>
      )}
      <p className="soft">{t("today/call")}</p>
      <div className="actions">
        <button type="button" onClick={onHistory}>
          {t("today/history")}
        </button>
        <button type="button" onClick={onOut}>
          {t("today/out")}
        </button>
      </div>
    </Page>
  );
}

interface TaskCardProps {
  phone: Phone;
  given: GivenTask;
  onStart: () => void;
}

function TaskCard({ phone, given: { task }, onStart }: TaskCardProps) {
  const { t, i18n } = usePatientTexts();
  const [isBegun, setBegun] = useState(false);
  const { vault } = phone;
  const name = draftName(task);
  useEffect(() => {
    void vault.read(name).then((draft) => setBegun(draft !== undefined));
  }, [vault, name]);
  const isLate = task.state === "late";
  const when = inWords(task.due_at, i18n.language);
  return (
    <li className="card" data-task={task.name}>
      <h2>{task.name}</h2>
      <p>{t(isLate ? "today/late" : "today/due", { when })}</p>
      <button type="button" className="main" onClick={onStart}>
        {t(isBegun ? "today/goOn" : "today/start")}
      </button>
    </li>
  );
}

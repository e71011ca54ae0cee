// SPDX-License-Identifier: Apache-2.0
// Visits of a subject, with the ones a person adds. An added visit is only on the page until one of
// its forms is saved.
import type { Visit } from "@/api";

const number = (repeat: string): number => Number(repeat) || 0;

export const isBegun = (visit: Visit): boolean => visit.forms.some((form) => form.form_id);

/** The repeat another visit of the event would have; undefined while the last one is not begun. */
export function nextVisit(visits: readonly Visit[], event: string): string | undefined {
  const own = visits.filter((visit) => visit.event === event);
  const last = own.reduce<Visit | undefined>(
    (latest, visit) =>
      latest && number(latest.event_repeat) > number(visit.event_repeat) ? latest : visit,
    undefined,
  );
  return last && isBegun(last) ? String(number(last.event_repeat) + 1) : undefined;
}

/** The visits with the added ones, each after the last of its event, with every form still empty. */
export function withAdded(
  visits: readonly Visit[],
  added: ReadonlyMap<string, string>,
): readonly Visit[] {
  let all = [...visits];
  for (const [event, repeat] of added) {
    const own = all.filter((visit) => visit.event === event);
    const last = own.at(-1);
    if (!last || own.some((visit) => visit.event_repeat === repeat)) continue;
    const forms = new Map(
      own.flatMap((one) => one.forms.map(({ form, mandatory }) => [form, mandatory])),
    );
    const visit: Visit = {
      event,
      event_repeat: repeat,
      due: null,
      forms: [...forms].map(([form, mandatory]) => ({
        form,
        form_repeat: "1",
        mandatory,
        state: "not_due",
        form_id: null,
      })),
    };
    const at = all.indexOf(last) + 1;
    all = [...all.slice(0, at), visit, ...all.slice(at)];
  }
  return all;
}

// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from "react";
import type { GivenTask, PatientTasks } from "@/api/schema";
import * as api from "./api";
import { placeOf } from "./outbox";
import type { Phone } from "./use_phone";
import type { Tree } from "../form/form";
import type { Vault } from "./vault";

export interface Tasks {
  /** When the server said so. */
  known: string;
  isOld: boolean;
  paused: boolean;
  today: GivenTask[];
  next: GivenTask | null;
}

const tasksName = "tasks";
const formName = (id: string): string => `form/${id}`;

/** A form, from the server or as it was kept; undefined when neither has it. */
export async function formOf(vault: Vault, id: string): Promise<Tree | undefined> {
  // A published version never changes.
  const kept = await vault.read<Tree>(formName(id));
  if (kept) return kept;
  try {
    const form = await api.readForm(id);
    await vault.write({ [formName(id)]: form });
    return form;
  } catch {
    return undefined;
  }
}

/** What the server said last, as it is by now: what opened since is for today, what closed is not. */
export function asOfNow(said: PatientTasks, isOld: boolean, now: number): Tasks {
  const isOpen = ({ task }: GivenTask): boolean => Date.parse(task.closes_at) > now;
  const hasCome = said.next !== null && Date.parse(said.next.task.opens_at) <= now;
  const given = said.next && hasCome ? [...said.today, said.next] : said.today;
  return {
    known: said.now,
    isOld,
    paused: said.paused,
    today: isOld ? given.filter(isOpen) : said.today,
    next: isOld && hasCome ? null : said.next,
  };
}

/** What is to be answered; asked anew whenever something was sent or the line comes back. */
export function useTasks({ vault, isOnline, entries, told, sender }: Phone): Tasks | null {
  const [tasks, setTasks] = useState<Tasks | null>(null);
  const sent = told.map(placeOf).join(" ");
  const { isSending, needsPin } = sender;
  useEffect(() => {
    if (isSending) return;
    let isOver = false;
    void ask(vault).then((found) => {
      if (!isOver && found) setTasks(found);
    });
    return () => {
      isOver = true;
    };
  }, [vault, isOnline, sent, isSending, needsPin]);
  // What can be mended is opened from its refusal; what cannot may be answered anew.
  const going = entries.filter(({ refused }) => !refused || refused.code === "response-refused");
  const unsent = new Set([...going, ...told].map(placeOf));
  return tasks && { ...tasks, today: tasks.today.filter(({ task }) => !unsent.has(placeOf(task))) };
}

async function ask(vault: Vault): Promise<Tasks | undefined> {
  try {
    const said = await api.readTasks();
    await vault.write({ [tasksName]: said });
    const ahead = said.next ? [...said.today, said.next] : said.today;
    for (const { form } of ahead) void formOf(vault, form.id);
    return asOfNow(said, false, Date.now());
  } catch {
    const kept = await vault.read<PatientTasks>(tasksName);
    return kept && asOfNow(kept, true, Date.now());
  }
}

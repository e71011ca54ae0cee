// SPDX-License-Identifier: Apache-2.0
// The patient is here: today, a form, what was sent, what was answered.
import { useCallback, useEffect, useState } from "react";
import type { GivenTask } from "@/api/schema";
import { toldName, type TaskPlace } from "../phone/outbox";
import { useIdle } from "../phone/use_idle";
import { usePhone } from "../phone/use_phone";
import { useTasks } from "../phone/use_tasks";
import type { Vault } from "../phone/vault";
import { Fill } from "./fill";
import { Help } from "./help";
import { History } from "./history";
import { LineStatus } from "./line_status";
import { Sent } from "./sent";
import { SignOut } from "./sign_out";
import { Today } from "./today";

type Screen =
  | { name: "today" }
  | { name: "fill"; given: GivenTask }
  | { name: "sent"; place: TaskPlace; title: string }
  | { name: "history" }
  | { name: "out" };

interface SignedProps {
  vault: Vault;
  idleSeconds: number;
  onLock: (wasAway: boolean) => void;
}

/** The phone's own "back" leads to today, not out of the page; the address never changes. */
function useScreen(): [Screen, (screen: Screen) => void] {
  const [screen, setScreen] = useState<Screen>({ name: "today" });
  useEffect(() => {
    const back = (): void => setScreen({ name: "today" });
    window.addEventListener("popstate", back);
    return () => window.removeEventListener("popstate", back);
  }, []);
  const show = useCallback((next: Screen) => {
    if (next.name !== "today" && history.state !== "inside") history.pushState("inside", "");
    setScreen(next);
  }, []);
  return [screen, show];
}

export function Signed({ vault, idleSeconds, onLock }: SignedProps) {
  const phone = usePhone(vault);
  const tasks = useTasks(phone);
  const [screen, show] = useScreen();
  useIdle(
    idleSeconds,
    useCallback(() => onLock(true), [onLock]),
  );
  const status = <LineStatus phone={phone} onPin={() => onLock(false)} />;
  const today = (): void => show({ name: "today" });
  const helped = phone.told.find(({ submitted }) => submitted.help.length > 0);

  if (helped) {
    const read = async (): Promise<void> => {
      const submitted = { ...helped.submitted, help: [] };
      await vault.write({ [toldName(helped)]: { ...helped, submitted } });
      await phone.look();
    };
    return <Help status={status} help={helped.submitted.help} onRead={() => void read()} />;
  }
  switch (screen.name) {
    case "today":
      return (
        <Today
          phone={phone}
          tasks={tasks}
          status={status}
          onStart={(given) => show({ name: "fill", given })}
          onHistory={() => show({ name: "history" })}
          onOut={() => show({ name: "out" })}
        />
      );
    case "fill":
      return (
        <Fill
          phone={phone}
          given={screen.given}
          status={status}
          onLeave={today}
          onSent={(place, title) => show({ name: "sent", place, title })}
        />
      );
    case "sent":
      return <Sent phone={phone} tasks={tasks} status={status} onDone={today} {...screen} />;
    case "history":
      return <History phone={phone} status={status} onBack={today} />;
    case "out":
      return <SignOut phone={phone} status={status} onStay={today} onOut={() => onLock(false)} />;
  }
}

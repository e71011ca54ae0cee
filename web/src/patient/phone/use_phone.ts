// SPDX-License-Identifier: Apache-2.0
import { useCallback, useEffect, useRef, useState } from "react";
import { asProblem } from "@/api/client";
import * as api from "./api";
import { entriesOf, sendAll, type Entry, type Told } from "./outbox";
import { Sender, type SenderState } from "./sender";
import type { Vault } from "./vault";

export interface Phone {
  vault: Vault;
  isOnline: boolean;
  sender: SenderState;
  entries: Entry[];
  told: Told[];
  /** Reads the outbox again, and sends what is in it. */
  look: () => Promise<void>;
}

/** What is on the phone and on its way, as it changes. */
export function usePhone(vault: Vault): Phone {
  const [isOnline, setOnline] = useState(navigator.onLine);
  const [sender, setSender] = useState<SenderState>({ isSending: false, needsPin: false });
  const [kept, setKept] = useState<{ entries: Entry[]; told: Told[] }>({ entries: [], told: [] });
  const running = useRef<Sender>(undefined);

  const read = useCallback(async () => {
    const [entries, told] = await Promise.all([entriesOf(vault), vault.all<Told>("told/")]);
    setKept({ entries, told });
  }, [vault]);

  useEffect(() => {
    const own = new Sender(
      () => sendAll(vault, api.submit, asProblem),
      (state) => {
        setSender(state);
        void read();
      },
    );
    running.current = own;
    const line = (): void => setOnline(navigator.onLine);
    window.addEventListener("online", line);
    window.addEventListener("offline", line);
    own.now();
    return () => {
      own.stop();
      window.removeEventListener("online", line);
      window.removeEventListener("offline", line);
    };
  }, [vault, read]);

  const look = useCallback(async () => {
    await read();
    running.current?.now();
  }, [read]);
  return { vault, isOnline, sender, ...kept, look };
}

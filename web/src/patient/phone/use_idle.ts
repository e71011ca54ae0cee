// SPDX-License-Identifier: Apache-2.0
import { useEffect } from "react";
import * as api from "./api";

const askEveryMs = 4 * 60_000;
const signs = ["pointerdown", "keydown", "scroll"] as const;

/** Calls back when nobody has touched the page for so long; until then the session is kept alive. */
export function useIdle(seconds: number, onIdle: () => void): void {
  useEffect(() => {
    let touched = Date.now();
    let asked = Date.now();
    const touch = (): void => {
      const now = Date.now();
      if (now - touched >= seconds * 1000) return onIdle();
      touched = now;
      if (now - asked < askEveryMs) return;
      asked = now;
      // Without a line there is nothing to keep alive; sending says when a PIN is needed.
      void api.readSession().catch(() => undefined);
    };
    // A phone that slept has missed its timers: the clock says how long it was.
    const look = (): void => {
      if (Date.now() - touched >= seconds * 1000) onIdle();
    };
    const timer = setInterval(look, 5_000);
    document.addEventListener("visibilitychange", look);
    signs.forEach((sign) => window.addEventListener(sign, touch, { passive: true }));
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
      signs.forEach((sign) => window.removeEventListener(sign, touch));
    };
  }, [seconds, onIdle]);
}

// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef } from "react";

/**
 * Reads again whenever the server says that something has changed. What changes while one answer is
 * on its way is read once after it, so the last state is never missed.
 */
export function useReadAgain(feed: string, read: () => Promise<unknown>): void {
  const latest = useRef(read);
  useEffect(() => {
    latest.current = read;
  });
  useEffect(() => {
    const source = new EventSource(feed);
    let told = 0;
    let seen = 0;
    let isReading = false;
    const follow = async () => {
      told += 1;
      if (isReading) return;
      isReading = true;
      while (seen < told) {
        const upTo = told;
        await latest.current();
        seen = upTo;
      }
      isReading = false;
    };
    source.addEventListener("changed", () => void follow());
    return () => source.close();
  }, [feed]);
}

// SPDX-License-Identifier: Apache-2.0
// A dialog that opens while somebody types takes the next keys: a value would land in its password
// box. So it opens once no key has been pressed for a moment.

/** Longer than the pause between two keys of somebody who types slowly. */
export const pauseMs = 1_200;

export interface AfterTyping {
  /** Calls `open` at once, or when the person pauses. Wishes meanwhile are one wish. */
  wish: () => void;
  end: () => void;
}

export function afterTyping(open: () => void, now: () => number = Date.now): AfterTyping {
  let lastKey = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const noteKey = ({ key, ctrlKey, metaKey }: KeyboardEvent): void => {
    const isTyping = (key.length === 1 && !ctrlKey && !metaKey) || key === "Backspace";
    if (isTyping) lastKey = now();
  };
  const tryOpen = (): void => {
    const rest = lastKey + pauseMs - now();
    timer = rest > 0 ? setTimeout(tryOpen, rest) : undefined;
    if (rest <= 0) open();
  };
  window.addEventListener("keydown", noteKey, true);
  return {
    wish: () => {
      if (timer === undefined) tryOpen();
    },
    end: () => {
      clearTimeout(timer);
      window.removeEventListener("keydown", noteKey, true);
    },
  };
}

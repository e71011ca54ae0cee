// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { afterTyping, pauseMs, type AfterTyping } from "./after_typing";

let opened = 0;
let dialog: AfterTyping;
const type = (key: string, init: KeyboardEventInit = {}): void => {
  window.dispatchEvent(new KeyboardEvent("keydown", { key, ...init }));
};

beforeEach(() => {
  vi.useFakeTimers();
  opened = 0;
  dialog = afterTyping(() => (opened += 1));
});
afterEach(() => {
  dialog.end();
  vi.useRealTimers();
});

test("a dialog opens at once when nobody types", () => {
  dialog.wish();
  expect(opened).toBe(1);
});

test("a dialog waits while keys are pressed, and opens once after the last one", () => {
  type("1");
  dialog.wish();
  for (let key = 0; key < 5; key += 1) {
    vi.advanceTimersByTime(pauseMs - 1);
    expect(opened).toBe(0);
    type("2");
    dialog.wish();
  }
  vi.advanceTimersByTime(pauseMs);
  expect(opened).toBe(1);
});

test("a command such as Ctrl+S is not typing: the dialog it brings opens at once", () => {
  type("s", { ctrlKey: true });
  dialog.wish();
  expect(opened).toBe(1);
});

test("a page that goes away opens nothing later", () => {
  type("1");
  dialog.wish();
  dialog.end();
  vi.advanceTimersByTime(10 * pauseMs);
  expect(opened).toBe(0);
});

// SPDX-License-Identifier: Apache-2.0
// What people do on a page, in the words of the tests.
import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { Target } from "./binary";

export const field = (item: string): string => `[data-item="${item}"]`;
export const input = (item: string): string => `${field(item)} .ant-input`;
export const saved = (on: Page, how: { timeout?: number } = {}) =>
  on.waitForSelector('[data-testid="save-line"][data-save="saved"]', how);
export const saveLine = (on: Page) => on.textContent('[data-testid="save-line"]');

export async function press(on: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await on.keyboard.press(key);
}

export async function signIn(on: Page, target: Target, login: string): Promise<void> {
  await on.goto(target.url);
  await on.waitForSelector("#login");
  await on.keyboard.type(login);
  await on.keyboard.press("Tab");
  await on.keyboard.type(target.passwordOf(login));
  await on.keyboard.press("Enter");
  await on.waitForSelector(".studies a");
}

/** Types into the field that has the focus and checks that it is the one meant. */
export async function enter(on: Page, item: string, text: string): Promise<void> {
  const own = await on.evaluate(() =>
    document.activeElement?.closest("[data-item]")?.getAttribute("data-item"),
  );
  expect(own).toBe(item);
  await on.keyboard.type(text);
  await on.keyboard.press("Enter");
}

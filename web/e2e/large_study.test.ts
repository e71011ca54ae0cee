// SPDX-License-Identifier: Apache-2.0
// Two thousand subjects: only what is in view is drawn, and the last cell is two keys away.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch, newPage, tabTo } from "./browser";
import { startMock } from "./mock/server";
import { mockPassword } from "./mock/world";

const subjects = 2_000;
let browser: Browser;
let page: Page;
let stop: () => void;

beforeAll(async () => {
  const mock = await startMock({ study: "../demo/hypertension.xml", pages: "dist", subjects });
  stop = () => {
    mock.server.closeAllConnections();
    mock.server.close();
  };
  browser = await launch();
  page = await newPage(browser, "en");
  await page.goto(mock.url);
  await page.waitForSelector("#login");
  await page.keyboard.type("coordinator@demo");
  await page.keyboard.press("Tab");
  await page.keyboard.type(mockPassword);
  await page.keyboard.press("Enter");
  await page.click(".studies h2 a");
  await page.waitForSelector(".matrix-cell");
});

afterAll(async () => {
  await browser?.close();
  stop?.();
});

test("the matrix of two thousand subjects draws only the cells in view", async () => {
  expect(await page.getAttribute(".matrix", "aria-rowcount")).toBe(String(subjects + 1));
  expect(await page.locator(".matrix-cell").count()).toBeLessThan(1_000);
});

test("Ctrl+End goes to the last subject's last visit, and the row is there", async () => {
  await tabTo(page, ".matrix");
  await page.keyboard.press("Control+End");
  await page.waitForFunction(() => {
    const id = document.querySelector(".matrix")?.getAttribute("aria-activedescendant") ?? "";
    return document.getElementById(id)?.getAttribute("aria-label")?.includes("Subject") === true;
  });
  const isInView = await page.evaluate(() => {
    const grid = document.querySelector(".matrix");
    const cell = document.getElementById(grid?.getAttribute("aria-activedescendant") ?? "");
    const [inner, outer] = [cell?.getBoundingClientRect(), grid?.getBoundingClientRect()];
    return !!inner && !!outer && inner.bottom <= outer.bottom && inner.right <= outer.right;
  });
  expect(isInView).toBe(true);
});

test("scrolling through all of it leaves no blank row behind", async () => {
  const frames = await page.evaluate(async () => {
    const grid = document.querySelector(".matrix");
    const lengths: number[] = [];
    if (!grid) return lengths;
    grid.scrollTo({ top: 0, left: 0 });
    let before = performance.now();
    for (let top = 0; top < grid.scrollHeight; top += 600) {
      grid.scrollTop = top;
      await new Promise(requestAnimationFrame);
      lengths.push(performance.now() - before);
      before = performance.now();
    }
    return lengths;
  });
  const sorted = [...frames].sort((a, b) => a - b);
  console.log(
    `${frames.length} frames of 600 px: median ${sorted[Math.floor(sorted.length / 2)]?.toFixed(0)} ms, ` +
      `95th of 100 ${sorted[Math.floor(sorted.length * 0.95)]?.toFixed(0)} ms`,
  );
  await page.waitForFunction(() => document.querySelectorAll(".matrix-waiting").length === 0);
  expect(await page.locator(".matrix-cell").count()).toBeGreaterThan(100);
});

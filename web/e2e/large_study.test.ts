// SPDX-License-Identifier: Apache-2.0
// Three thousand subjects: only what is in view is drawn, and the last cell is two keys away.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch, newPage, tabTo } from "./browser";
import { startMock } from "./mock/server";
import { mockPassword } from "./mock/world";

const subjects = 3_000;
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

test("the matrix of three thousand subjects draws only the cells in view", async () => {
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

test("every row is read ahead, so that scrolling through all of them meets no blank cell", async () => {
  const read = new Set<string>();
  page.on("response", (response) => {
    const offset = /[?&]offset=(\d+)/.exec(response.url())?.[1];
    if (offset !== undefined) read.add(offset);
  });
  await page.reload();
  await page.waitForSelector(".matrix-cell");
  await page.waitForFunction(
    () =>
      performance.getEntriesByType("resource").filter(({ name }) => name.includes("/matrix?"))
        .length >= 12,
  );
  await page.waitForLoadState("networkidle");
  const seen = await page.evaluate(async () => {
    const grid = document.querySelector(".matrix");
    const frames: number[] = [];
    let blank = 0;
    if (!grid) return { frames, blank };
    grid.scrollTo({ top: 0, left: 0 });
    let before = performance.now();
    for (let top = 0; top < grid.scrollHeight; top += 600) {
      grid.scrollTop = top;
      await new Promise(requestAnimationFrame);
      blank += document.querySelectorAll(".matrix-waiting").length;
      frames.push(performance.now() - before);
      before = performance.now();
    }
    return { frames, blank };
  });
  const sorted = [...seen.frames].sort((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(0);
  console.log(`${sorted.length} steps of 600 px: median ${at(0.5)} ms, 95th of 100 ${at(0.95)} ms`);
  expect(read.size).toBe(subjects / 250);
  expect(seen.blank).toBe(0);
  expect(await page.locator(".matrix-cell").count()).toBeGreaterThan(100);
});

// SPDX-License-Identifier: Apache-2.0
// The narrowest phone, and a desktop at 200 %: nothing runs out of the page there, in either language.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectNoOverflow, languages, launch, newPage, settle } from "./browser";
import { startMock } from "./mock/server";
import { mockPassword } from "./mock/world";

const sizes = [
  { width: 320, height: 640 },
  { width: 720, height: 450 },
];
const study = "/studies/study-htn";
const pages: [who: string, path: string, ready: string][] = [
  ["coordinator@demo", "/studies", ".studies h2 a"],
  ["coordinator@demo", study, ".matrix-cell"],
  ["coordinator@demo", `${study}/subjects/subject-2`, ".visits"],
  ["coordinator@demo", `${study}/forms/form-3`, ".form-foot"],
  ["coordinator@demo", `${study}/forms/form-3/life`, ".pipeline"],
  ["coordinator@demo", `${study}/audit`, ".audit-line"],
  ["admin@demo", "/system", ".figures"],
  ["admin@demo", "/people", ".people tbody tr"],
];

let url: string;
let browser: Browser;
let page: Page;
let stop: () => void;

beforeAll(async () => {
  const mock = await startMock({ study: "../demo/hypertension.xml", pages: "dist", subjects: 20 });
  url = mock.url;
  stop = () => {
    mock.server.closeAllConnections();
    mock.server.close();
  };
  browser = await launch();
  page = await newPage(browser, "en");
});

afterAll(async () => {
  await browser?.close();
  stop?.();
});

async function signInAs(who: string): Promise<void> {
  await page.context().clearCookies();
  await page.goto(url);
  await page.fill("#login", who);
  await page.fill("#password", mockPassword);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".studies h2 a");
}

test.each(pages)("%s reads %s on a narrow screen without scrolling sideways", async (...which) => {
  const [who, path, ready] = which;
  await signInAs(who);
  for (const language of languages) {
    await page.evaluate((chosen) => localStorage.setItem("cohort.language", chosen), language);
    await page.goto(`${url}${path}`);
    await page.waitForSelector(ready);
    for (const size of sizes) {
      await page.setViewportSize(size);
      await settle(page);
      await expectNoOverflow(page, `${path} ${language} ${size.width}`);
    }
  }
});

test("on a desktop at 200 % the foot of a form leaves most of the page to its items", async () => {
  await signInAs("coordinator@demo");
  await page.setViewportSize({ width: 720, height: 450 });
  await page.goto(`${url}${study}/forms/form-3`);
  const foot = await page.waitForSelector(".form-foot");
  expect((await foot.boundingBox())?.height).toBeLessThan(150);
  expect(await page.isVisible("#complete-form, .form-done")).toBe(true);
});

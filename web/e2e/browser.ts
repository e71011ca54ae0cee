// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { expect } from "vitest";

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--force-color-profile=srgb",
  "--font-render-hinting=none",
];

export const desktop = { width: 1440, height: 900 };
export const phone = { width: 390, height: 844 };
export const languages = ["en", "zh-CN"] as const;
export type Language = (typeof languages)[number];

/** A Chromium with an empty profile of its own, which is gone when it is closed. */
export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: flags,
  });

export async function newPage(
  browser: Browser,
  language: Language,
  viewport = desktop,
): Promise<Page> {
  const context = await browser.newContext({
    viewport,
    hasTouch: viewport === phone,
    locale: language,
    timezoneId: "Asia/Shanghai",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("pageerror", (error) => console.error("page:", error.message));
  return page;
}

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
  "utf8",
);

interface Violation {
  id: string;
  impact: string | null;
  nodes: { target: string[]; failureSummary?: string }[];
}

/** Fails on every serious or critical finding of axe on the page as it stands. */
export async function expectAccessible(page: Page, name: string): Promise<void> {
  await settle(page);
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run: (what: Document, how: object) => Promise<{ violations: Violation[] }> };
    };
    const result = await axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    });
    return result.violations;
  });
  const grave = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map((node) => `${node.target.join(" ")} ${node.failureSummary ?? ""}`).join(" | ")}`,
    );
  expect({ page: name, grave }).toEqual({ page: name, grave: [] });
}

const pictures = "../build/screenshots";
/** PICTURES=renew also renews those that the docs show; a plain run leaves the sources alone. */
const inDocs = "../docs/screenshots";

/** Waits until nothing is loading, then keeps a picture. */
export async function picture(page: Page, name: string): Promise<void> {
  await settle(page);
  mkdirSync(pictures, { recursive: true });
  const png = await page.screenshot({ animations: "disabled", caret: "hide" });
  expect([name, png.length < 200_000]).toEqual([name, true]);
  writeFileSync(join(pictures, `${name}.png`), png);
  const shown = join(inDocs, `${name}.png`);
  if (process.env.PICTURES === "renew" && existsSync(shown)) writeFileSync(shown, png);
}

export async function settle(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle").catch(() => undefined);
  await page.waitForFunction(() => document.querySelectorAll(".ant-skeleton, .late").length === 0);
  // Dialogs and drawers slide in; a picture or a check before they rest would see them half there.
  await page.waitForFunction(() =>
    document.getAnimations().every((animation) => {
      const isEndless = animation.effect?.getComputedTiming().endTime === Infinity;
      return isEndless || animation.playState !== "running";
    }),
  );
}

const nameOf = (name: string, language: Language, size: typeof desktop): string =>
  `${name}-${language === "en" ? "en" : "zh"}-${size === desktop ? "desktop" : "phone"}`;

/** Looks at one address in both languages and both sizes: axe and a picture each. */
export async function inspect(page: Page, name: string, ready: string): Promise<void> {
  const before = await page.evaluate(() => localStorage.getItem("cohort.language"));
  for (const language of languages) {
    await page.evaluate((chosen) => localStorage.setItem("cohort.language", chosen), language);
    await page.reload();
    for (const size of [desktop, phone]) {
      await page.setViewportSize(size);
      await page.waitForSelector(ready);
      await settle(page);
      const where = nameOf(name, language, size);
      await expectNoOverflow(page, where);
      await expectAccessible(page, where);
      await picture(page, where);
    }
  }
  await page.evaluate((chosen) => {
    if (chosen === null) localStorage.removeItem("cohort.language");
    else localStorage.setItem("cohort.language", chosen);
  }, before);
  await page.setViewportSize(desktop);
  await page.reload();
  await page.waitForSelector(ready);
}

/** As another tab does it: the page follows at once and stays as it is. */
export async function speak(page: Page, language: Language): Promise<void> {
  await page.evaluate((chosen) => {
    const key = "cohort.language";
    localStorage.setItem(key, chosen);
    window.dispatchEvent(new StorageEvent("storage", { key, newValue: chosen }));
  }, language);
  await page.waitForFunction((chosen) => document.documentElement.lang === chosen, language);
}

/** Looks at a dialog or a state that a reload would end, in both languages and both sizes. */
export async function inspectAsItIs(page: Page, name: string, said: string): Promise<void> {
  for (const language of ["zh-CN", "en"] as const) {
    await speak(page, language);
    const english = /[a-z]+ [a-z]+/.exec((await page.textContent(said)) ?? "");
    expect([name, language, english !== null]).toEqual([name, language, language === "en"]);
    for (const size of [phone, desktop]) {
      await page.setViewportSize(size);
      const where = nameOf(name, language, size);
      await expectNoOverflow(page, where);
      await expectAccessible(page, where);
      await picture(page, where);
    }
  }
}

/** The page itself never scrolls sideways; only the matrix and tables do, inside their boxes. */
export async function expectNoOverflow(page: Page, name: string): Promise<void> {
  // The frame follows a new window size one drawing later; what is still too wide then is named.
  const fits = () => document.documentElement.scrollWidth <= document.documentElement.clientWidth;
  await page.waitForFunction(fits, undefined, { timeout: 5_000 }).catch(() => undefined);
  const wide = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll("main *, [role=main] *")]
      .filter((element) => element.getBoundingClientRect().right > width + 1)
      .map((element) => `${element.tagName} ${element.className}`)
      .slice(0, 5);
  });
  expect([name, wide]).toEqual([name, []]);
}

/** Presses Tab until the element with the focus matches; fails when it is not reached. */
export async function tabTo(page: Page, selector: string, most = 80): Promise<void> {
  for (let pressed = 0; pressed < most; pressed += 1) {
    const isThere = await page.evaluate(
      (wanted) => document.activeElement?.matches(wanted) ?? false,
      selector,
    );
    if (isThere) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab did not reach ${selector} in ${most} steps`);
}

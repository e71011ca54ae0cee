// SPDX-License-Identifier: Apache-2.0
// Tables for analysis on the real server: a data manager starts the run, sees what came of it, fetches
// the files and lets it start by itself; what the page says is what the files hold.
import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AnalysisSchedules, SiteAnalyses, SubjectTasks } from "../src/api/schema";
import { filesIn, tableIn } from "./archive";
import { startBinary, type Binary } from "./binary";
import { expectAccessible, inspect, inspectAsItIs, launch, newPage, tabTo } from "./browser";
import { Api } from "./fill/api";
import { fillStudy } from "./fill/fill";
import { invitePatient, PatientApi } from "./fill/patients";
import { signIn } from "./steps";

const binary = process.env.COHORT_BINARY;
const follows = { timeout: 10_000 };
const who = "data_manager@demo";

describe.skipIf(!binary)("tables for analysis", () => {
  let target: Binary;
  let browser: Browser;
  let page: Page;
  let api: Api;
  let path = "";

  beforeAll(async () => {
    target = await startBinary(binary ?? "");
    const { invited } = await invitePatient(target);
    path = `/studies/${invited.study}`;
    api = await Api.signIn(target.url, who, target.passwordOf(who));
    const patient = await PatientApi.comeIn(target, invited);
    const { tasks } = await api.get<SubjectTasks>(`/subjects/${invited.subject}/tasks`);
    for (const { plan, number } of tasks) await patient.answer(plan, number);
    await fillStudy(target);
    browser = await launch();
    page = await newPage(browser, "en");
    await signIn(page, target, who);
  });

  afterAll(async () => {
    await browser?.close();
    await target?.stop();
  });

  const list = (): Promise<SiteAnalyses> => api.get<SiteAnalyses>(`${path}/analyses`);
  const schedules = async () =>
    (await api.get<AnalysisSchedules>(`${path}/analyses/schedules`)).schedules;
  const add = ".schedules-head .ant-btn";

  /** As the page shows them for a site. */
  const shown = (site: string): Promise<Record<string, number>> =>
    page.$$eval(`[data-site="${site}"] [data-tally]`, (cells) =>
      Object.fromEntries(
        cells.map((cell) => [
          cell.getAttribute("data-tally") ?? "",
          Number(cell.firstChild?.textContent?.replaceAll(",", "")),
        ]),
      ),
    );

  test("before the first run the page says that there are no tables and when there will be", async () => {
    await page.goto(`${target.url}${path}`);
    await page.click(`nav a[href="${path}/tables"]`);
    await page.waitForSelector('[data-testid="tables-lead"][data-made="0"]');
    await page.getByText("only when somebody asks for them").waitFor();
    expect(await page.getByText("No tables yet").count()).toBe((await list()).sites.length);
    await expectAccessible(page, "tables-empty");
  });

  test("a run is started by keys and followed, and each number is as many rows of the files", async () => {
    await tabTo(page, ".page-head .ant-btn-primary");
    await page.keyboard.press("Enter");
    await page.waitForSelector('[data-testid="run"] [data-state="succeeded"]', follows);
    const { sites } = await list();
    expect(sites.length).toBeGreaterThan(1);
    await page.waitForSelector(`[data-testid="tables-lead"][data-made="${sites.length}"]`, follows);
    const all = { forms: 0, responses: 0, rows: 0 };
    for (const { oid } of sites) {
      const link = page.locator(`[data-site="${oid}"]`).getByRole("link", { name: /^Download/ });
      const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
      expect(download.suggestedFilename()).toMatch(/\.zip$/);
      const held = { forms: 0, responses: 0, rows: 0, values: 0 };
      for (const [name, text] of filesIn(readFileSync(await download.path()))) {
        const { columns, rows } = tableIn(text);
        if (name === "lineage.csv") held.values = rows;
        else if (/^(crf|epro)_/.test(name) && columns.includes("row")) held.rows += rows;
        else if (name.startsWith("crf_")) held.forms += rows;
        else if (name.startsWith("epro_")) held.responses += rows;
      }
      expect([oid, await shown(oid)]).toEqual([oid, held]);
      for (const what of ["forms", "responses", "rows"] as const) all[what] += held[what];
    }
    expect(Math.min(...Object.values(all))).toBeGreaterThan(0);
  });

  test("a nightly time is added by keys, shown by the clocks of its place, and removed", async () => {
    await tabTo(page, add);
    await page.keyboard.press("Enter");
    await page.locator('.ant-modal input[type="time"]').fill("03:15");
    await page.uncheck('.ant-modal .ant-checkbox-input[value="7"]');
    await inspectAsItIs(page, "schedule-new", ".ant-modal .soft");
    await page.locator(".ant-modal #name").press("Enter");
    await page.waitForSelector("[data-schedule]");
    const [made] = await schedules();
    expect([made?.hour, made?.minute, made?.time_zone]).toEqual([3, 15, "Asia/Shanghai"]);
    expect(made?.weekdays).toEqual([1, 2, 3, 4, 5, 6]);
    const said = (await page.textContent("[data-schedule]")) ?? "";
    expect(said).toContain("at 03:15, Mon, Tue, Wed, Thu, Fri, Sat, Asia/Shanghai");
    expect(said).toMatch(/Next: \d{4}-\d\d-\d\d 03:15 \+08:00/);
    await inspect(page, "tables", "[data-schedule]");
    await tabTo(page, "[data-schedule] .ant-btn");
    await page.keyboard.press("Enter");
    await tabTo(page, ".ant-popconfirm-buttons .ant-btn-primary");
    await page.keyboard.press("Enter");
    await page.waitForSelector("[data-schedule]", { state: "detached" });
    expect(await schedules()).toEqual([]);
  });

  test("who may export one site gets that one and starts nothing, and who may not gets none", async () => {
    const other = await newPage(browser, "en");
    await signIn(other, target, "investigator@demo");
    await other.goto(`${target.url}${path}/tables`);
    await other.waitForSelector("[data-site]");
    expect(await other.locator("[data-site]").count()).toBe(1);
    expect(await other.locator(`.page-head .ant-btn, ${add}`).count()).toBe(0);
    await other.context().close();
    const nurse = await newPage(browser, "en");
    await signIn(nurse, target, "coordinator@demo");
    await nurse.goto(`${target.url}${path}/tables`);
    await nurse.getByRole("heading", { name: "Your role may not export" }).waitFor();
    expect(await nurse.locator(`nav a[href="${path}/tables"], .page .ant-btn`).count()).toBe(0);
    await nurse.context().close();
  });

  test("what cannot be read says so, and what to do", async () => {
    await page.route("**/analyses", (route) => route.abort());
    await page.reload();
    await page.getByRole("button", { name: "Try again" }).waitFor();
    await page.unrouteAll();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.waitForSelector("[data-site]");
  });
});

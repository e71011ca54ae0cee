// SPDX-License-Identifier: Apache-2.0
// A job from its start to its files, on the real server: what the page says is what the rows say.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Job, JobItem, JobReport, Redrive } from "../src/api/schema";
import { startBinary, type Binary } from "./binary";
import { inspect, inspectAsItIs, launch, newPage } from "./browser";
import { Api } from "./fill/api";
import { signIn } from "./steps";

const binary = process.env.COHORT_BINARY;
const subjects = 40;
const who = "data_manager@demo";

describe.skipIf(!binary)("jobs", () => {
  let target: Binary;
  let browser: Browser;
  let page: Page;
  let api: Api;
  let study = "";

  beforeAll(async () => {
    target = await startBinary(binary ?? "");
    browser = await launch();
    page = await newPage(browser, "en");
    const login = "coordinator@demo";
    const coordinator = await Api.signIn(target.url, login, target.passwordOf(login));
    const { studies } = await coordinator.get<{ studies: { id: string }[] }>("/studies");
    study = studies[0]?.id ?? "";
    const { sites } = await coordinator.get<{ sites: { id: string }[] }>(`/studies/${study}`);
    for (let added = 0; added < subjects; added += 1)
      await coordinator.call("POST", `/studies/${study}/subjects`, { site: sites[0]?.id });
    api = await Api.signIn(target.url, who, target.passwordOf(who));
    await signIn(page, target, who);
  });

  afterAll(async () => {
    await browser?.close();
    await target?.stop();
  });

  const state = (wanted: string) =>
    page.waitForSelector(`[data-testid="job-state"][data-state="${wanted}"]`);
  const shown = async (count: string): Promise<number> =>
    Number(await page.getAttribute(`[data-testid="count-${count}"]`, "data-items"));
  const idHere = (): string => new URL(page.url()).pathname.split("/").at(-1) ?? "";

  test("an export is started by hand, and its page adds up to its rows and its files", async () => {
    await page.goto(`${target.url}/jobs`);
    await page.waitForSelector(".empty");
    await page.click(".page-head .ant-btn-primary");
    await page.waitForSelector(".ant-modal .ant-radio-input");
    await inspectAsItIs(page, "new-export", ".ant-modal .soft");
    await page.check('.ant-modal input[value="subject"]');
    await page.click(".ant-modal-footer .ant-btn-primary");
    await page.waitForURL(/\/jobs\/[0-9a-f-]{36}$/);
    await state("succeeded");
    const done = await shown("done");
    expect(done).toBeGreaterThanOrEqual(subjects);
    expect(await shown("total")).toBe(done);
    const { items } = await api.get<{ items: JobItem[] }>(
      `/jobs/${idHere()}/items?state=done&limit=500`,
    );
    expect(items.length).toBe(done);
    expect(await page.getAttribute(".throughput svg", "data-done")).toBe(String(done));
    const file = await page.waitForSelector(".results a");
    const [download] = await Promise.all([page.waitForEvent("download"), file.click()]);
    expect(download.suggestedFilename()).toMatch(/\.xml$/);
    await inspect(page, "job", ".results a");
  });

  test("a job is paused, resumed and cancelled on its page, which follows by itself", async () => {
    const { job } = await api.call<{ job: string }>("POST", `/studies/${study}/exports`, {
      each: "subject",
      rate: 240,
      most: 1,
    });
    await page.goto(`${target.url}/jobs/${job}`);
    await page.waitForFunction(
      () => Number(document.querySelector('[data-testid="count-done"]')?.textContent) >= 2,
    );
    await page.click(".job-commands button >> nth=0");
    await state("paused");
    const before = await shown("done");
    await inspect(page, "job-paused", ".job-pace-form");
    expect(await shown("done")).toBe(before);
    await page.click(".job-commands button >> nth=0");
    await page.waitForFunction(
      (then) => Number(document.querySelector('[data-testid="count-done"]')?.textContent) > then,
      before,
    );
    await page.click(".job-commands .ant-btn-dangerous");
    await page.click(".ant-popconfirm-buttons .ant-btn-primary");
    await state("cancelled");
    const report = await api.get<JobReport>(`/jobs/${job}`);
    for (const count of ["done", "skipped", "pending", "total"] as const)
      expect([count, await shown(count)]).toEqual([count, report.counts[count]]);
    await page.waitForSelector('[data-testid="reason-cancelled"] li');
  });

  test("the list follows by itself and passes axe", async () => {
    await page.goto(`${target.url}/jobs`);
    await page.waitForSelector(".jobs li:nth-child(2)");
    await api.call("POST", `/studies/${study}/exports`, {});
    await page.waitForSelector('.jobs li:nth-child(3) [data-state="succeeded"]');
    await inspect(page, "jobs", ".jobs li");
  });

  test("items that failed are shown with their reason and tried again", async () => {
    const { jobs } = await api.get<{ jobs: Job[] }>("/jobs");
    const id = jobs.at(-1)?.id ?? "";
    const report = await api.get<JobReport>(`/jobs/${id}`);
    // No item of this job fails by itself: the server's words are changed on the way.
    const counts = { ...report.counts, done: report.counts.done - 1, failed: 1 };
    const reasons = [{ state: "failed", code: "subject", items: 1 }];
    const item: JobItem = {
      number: 3,
      name: "SH-0003",
      code: "subject",
      reason: "There is no such subject.",
      attempts: 1,
      at: report.created_at,
    };
    await page.route(`**/api/v1/jobs/${id}`, (route) =>
      route.fulfill({ json: { ...report, counts, reasons, state: "succeeded_with_failures" } }),
    );
    await page.route(`**/api/v1/jobs/${id}/items?state=failed*`, (route) =>
      route.fulfill({ json: { items: [item] } }),
    );
    const sent: Redrive[] = [];
    await page.route(`**/api/v1/jobs/${id}/redrive`, async (route) => {
      sent.push(route.request().postDataJSON() as Redrive);
      await route.fulfill({ json: { ...report, state: "running" } });
    });
    await page.goto(`${target.url}/jobs/${id}`);
    const trouble = page.locator('[data-testid="reason-subject"]');
    await trouble.locator(".items li").waitFor();
    expect(await trouble.textContent()).toContain("There is no such subject.");
    await inspect(page, "job-failed", '[data-testid="reason-subject"] .items li');
    await trouble.getByRole("button", { name: "Try again: SH-0003" }).click();
    await trouble.getByRole("button", { name: "Try it again" }).click();
    await expect
      .poll(() => sent)
      .toEqual([
        { state: "failed", item: 3 },
        { state: "failed", code: "subject" },
      ]);
    await page.unrouteAll();
  });
});

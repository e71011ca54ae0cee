// SPDX-License-Identifier: Apache-2.0
// docs/walkthrough.md, step by step, in a browser: a patient is invited, answers on a phone whose line
// is cut, somebody takes care of the alert and opens the report; then the nightly runs over all
// sites of a made-up trial, with two `kill -9` of the server, and the numbers add up. WALK_SITES
// lengthens it; PICTURES=renew makes the pictures of the page.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JobReport, ReportDeliveries, SiteAnalyses, SiteReports } from "../src/api/schema";
import type { Binary } from "./binary";
import { launch, newPage, phone, picture } from "./browser";
import { Api } from "./fill/api";
import { Receiver, startTrial, type Trial } from "./night";
import { signIn } from "./steps";

const binary = process.env.COHORT_BINARY;
const sites = Number(process.env.WALK_SITES ?? "12");
const isLong = sites > 50;
const longest = { timeout: isLong ? 1_200_000 : 60_000 };
const pin = "471508";
const followed = ["done", "failed", "skipped", "in_flight", "pending", "unknown"] as const;

describe.skipIf(!binary)("the walkthrough", () => {
  let receiver: Receiver;
  let trial: Trial;
  let target: Binary;
  let browser: Browser;
  let office: Page;
  let patient: Page;
  let manager: Page;
  let api: Api;
  let study = "";
  let jobs: { tables: string; push: string };
  let invitation = { link: "", code: "" };

  beforeAll(async () => {
    // Few sites would be done before the second kill: one report at a time of each, and slowly.
    receiver = new Receiver(isLong ? 0.05 : 1);
    const settings = isLong ? [] : ["--set", "push.most_of_site=1"];
    trial = await startTrial(binary ?? "", { sites, receiver, settings });
    ({ target } = trial);
    browser = await launch();
    api = await Api.signIn(target.url, "data_manager@demo", target.passwordOf("data_manager@demo"));
    study = (await api.get<{ studies: { id: string }[] }>("/studies")).studies[0]?.id ?? "";
    office = await newPage(browser, "en");
    patient = await newPage(browser, "en", phone);
    manager = await newPage(browser, "en");
  }, longest.timeout);

  afterAll(async () => {
    await browser?.close();
    await target?.stop();
    receiver?.stop();
  });

  const heading = (text: string) =>
    patient.getByRole("heading", { level: 1, name: text }).waitFor();
  const press = (name: string) => patient.getByRole("button", { name, exact: true }).click();
  const check = (answer: string) => patient.getByLabel(answer, { exact: true }).check();

  test("the trial has its sites, and the office adds a subject and invites the patient", async () => {
    expect(trial.said).toContain(`${sites} sites`);
    await signIn(office, target, "coordinator@demo");
    await office.click(".studies a");
    await office.getByRole("button", { name: "Add subject" }).click();
    await office.getByRole("dialog").getByRole("button", { name: "Add", exact: true }).click();
    await office.getByRole("button", { name: "Invite the patient" }).click();
    await office.locator(".invite .ant-qrcode").waitFor();
    await picture(office, "walk-invite-en-desktop");
    const text = async (place: string): Promise<string> =>
      (await office.textContent(`.invite-${place}`)) ?? "";
    invitation = { link: await text("link"), code: await text("code") };
    await office.keyboard.press("Escape");
  });

  test("the patient comes in on a phone, the line is cut, and the answers are sent when it is back", async () => {
    await patient.goto(invitation.link);
    await patient.getByLabel("Code of eight digits").fill(invitation.code);
    await patient.getByLabel("New PIN (at least 6 characters)").fill(pin);
    await patient.getByLabel("The same PIN once more").fill(pin);
    await press("Start");
    await patient.locator("[data-task]").waitFor();
    await picture(patient, "walk-today-en-phone");
    await patient.evaluate(() => navigator.serviceWorker.ready);
    await patient.locator("[data-task]").getByRole("button").click();
    await heading("How much did headaches trouble you?");
    await check("A little");
    await press("Next");
    await heading("How much did dizziness trouble you?");
    await patient.context().setOffline(true);
    await patient.locator(".line").getByText("No connection.").waitFor();
    await check("Quite a bit");
    await picture(patient, "walk-cut-en-phone");
    await press("Next");
    await heading("Your blood pressure this morning: the upper number");
    await patient.getByRole("textbox").fill("158");
    await press("Next");
    await heading("Did you have pain in the chest?");
    await check("Yes");
    await press("Next");
    await heading("Is there anything else that we should know?");
    await press("Check my answers");
    await press("Send");
    await patient.locator('[data-sent="waits"]').waitFor();
    await picture(patient, "walk-waits-en-phone");
    await patient.context().setOffline(false);
    await heading("Please read this now");
    await picture(patient, "walk-help-en-phone");
    await press("I have read this");
    await press("Done");
    await press("What I have answered");
    await patient.getByText("complaints: 3").waitFor();
    await patient.context().close();
  });

  test("who is on call finds the alert, looks at the answers with their score and takes care of it", async () => {
    await office.getByRole("link", { name: "Alerts" }).click();
    const own = office.locator("[data-alert]").last();
    await own.waitFor();
    await picture(office, "walk-alerts-en-desktop");
    await own.getByRole("link", { name: "Look at the answers" }).click();
    await office.getByText("Fetch the report (PDF)").waitFor();
    expect(await office.textContent(".response")).toMatch(/complaints\s*3/);
    await picture(office, "walk-response-en-desktop");
  });

  test("the report is a PDF of its pages, as it was kept", async () => {
    const link = office.getByText("Fetch the report (PDF)");
    const [download] = await Promise.all([office.waitForEvent("download"), link.click()]);
    const file = await download.path();
    const text = execFileSync("pdftotext", [file, "-"], { encoding: "utf8" });
    expect(text).toContain("Your week");
    expect(text).toContain("Please look at this answer");
    mkdirSync("../build/screenshots", { recursive: true });
    const png = execFileSync("pdftoppm", ["-png", "-r", "80", "-f", "1", "-singlefile", file]);
    writeFileSync("../build/screenshots/walk-report.png", png);
    const shown = join("../docs/screenshots", "walk-report.png");
    if (process.env.PICTURES === "renew" && existsSync(shown)) writeFileSync(shown, png);
  });

  test("the alert is taken care of once, and is gone from the list", async () => {
    await office.goBack();
    const before = await office.locator("[data-alert]").count();
    await office.locator("[data-alert]").last().getByRole("button").click();
    await office.getByLabel("What have you done?").fill("Called at once: no pain now. Seen today.");
    await picture(office, "walk-take-en-desktop");
    await office.getByRole("button", { name: "Keep it" }).click();
    await expect.poll(() => office.locator("[data-alert]").count()).toBe(before - 1);
    await office.context().close();
  });

  // --- the night --------------------------------------------------------------------------

  const look = (job: string): Promise<JobReport> => api.get<JobReport>(`/jobs/${job}`);
  /** At every look the counts add up to the total. */
  const done = async (job: string): Promise<number> => {
    const { counts } = await look(job);
    expect(followed.reduce((sum, state) => sum + counts[state], 0)).toBe(counts.total);
    return counts.done;
  };
  const startOn = async (path: string): Promise<string> => {
    await manager.goto(`${target.url}/studies/${study}/${path}`);
    const button = manager.locator(".page-head .ant-btn-primary");
    const [answer] = await Promise.all([
      manager.waitForResponse(
        (one) => one.request().method() === "POST" && one.url().includes("/api/v1/studies/"),
      ),
      button.click(),
    ]);
    return ((await answer.json()) as { job: string }).job;
  };
  const shown = async (count: string): Promise<number> =>
    Number(await manager.getAttribute(`[data-testid="count-${count}"]`, "data-items"));
  const killAt = async (share: number): Promise<void> => {
    const total = (await look(jobs.push)).counts.total;
    await expect
      .poll(() => done(jobs.push), { ...longest, interval: 20 })
      .toBeGreaterThanOrEqual(Math.floor(total * share));
    expect((await look(jobs.push)).state).toBe("running");
    await target.kill();
    await target.restart();
  };

  test(
    "tables and push are started from their pages, and go on after each of two kill -9",
    longest,
    async () => {
      await signIn(manager, target, "data_manager@demo");
      jobs = { tables: await startOn("tables"), push: await startOn("push") };
      await manager.goto(`${target.url}/jobs/${jobs.push}`);
      await manager.waitForSelector('[data-testid="count-done"]');
      await killAt(0.2);
      // The page finds the server again by itself.
      const before = await done(jobs.push);
      await expect.poll(() => shown("done"), longest).toBeGreaterThan(before);
      await picture(manager, "walk-night-en-desktop");
      await killAt(0.5);
      for (const job of [jobs.tables, jobs.push]) {
        await expect.poll(async () => (await look(job)).state, longest).toBe("succeeded");
        await manager.goto(`${target.url}/jobs/${job}`);
        await manager.waitForSelector('[data-testid="job-state"][data-state="succeeded"]');
        expect(await shown("done")).toBe(await shown("total"));
        await picture(
          manager,
          job === jobs.push ? "walk-push-en-desktop" : "walk-tables-en-desktop",
        );
      }
      expect(await done(jobs.tables)).toBe(sites);
    },
  );

  test(
    "the numbers add up: every report is at its receiver once and whole, every site has its tables",
    longest,
    async () => {
      const total = await done(jobs.push);
      const { sites: pushed } = await api.get<{ sites: SiteReports[] }>(
        `/studies/${study}/report-receivers`,
      );
      expect(pushed.length).toBe(sites);
      expect(pushed.reduce((sum, site) => sum + site.acknowledged, 0)).toBe(total);
      expect(pushed.reduce((sum, one) => sum + one.waiting + one.unknown + one.refused, 0)).toBe(0);
      const kept = receiver.kept();
      expect(kept.size).toBe(total);
      expect(new Set(receiver.stored()).size).toBe(receiver.stored().length);
      expect(receiver.stored().length).toBe(total);
      let after = "";
      let told = 0;
      for (;;) {
        const { deliveries } = await api.get<ReportDeliveries>(
          `/studies/${study}/report-deliveries?state=acknowledged&limit=500&after=${after}`,
        );
        for (const { id, sha256 } of deliveries) expect([id, kept.get(id)]).toEqual([id, sha256]);
        told += deliveries.length;
        after = deliveries.at(-1)?.id ?? "";
        if (deliveries.length < 500) break;
      }
      expect(told).toBe(total);
      const { sites: tables } = await api.get<SiteAnalyses>(`/studies/${study}/analyses`);
      expect(tables.filter((site) => site.made_at !== null).length).toBe(sites);
      await manager.goto(`${target.url}/jobs`);
      await manager.waitForSelector(".jobs li");
      await picture(manager, "walk-jobs-en-desktop");
      await manager.goto(`${target.url}/studies/${study}/push`);
      await manager.waitForSelector("[data-site]");
      await picture(manager, "walk-receivers-en-desktop");
      await manager.goto(`${target.url}/studies/${study}/tables`);
      await manager.waitForSelector("[data-site]");
      await picture(manager, "walk-sites-en-desktop");
    },
  );
});
